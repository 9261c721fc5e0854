import type { Tables } from '@carillon/nestjs';

/** Nodes with subscribers. Each counts up as long as it lives. */
export interface HubNodesTable {
  id: string;
  beats: number;
}

/** One matcher of one connected subscriber. */
export interface HubSubscriptionsTable {
  /** A URN that names the connection. */
  subscriber: string;
  match_type: 'exact' | 'urlpattern';
  match: string;
  /** The node that the subscriber is connected to. */
  node: string;
  /** JSON from the token of the subscriber. */
  payload: string | null;
}

declare module '@carillon/nestjs' {
  interface Schema {
    hub_nodes: HubNodesTable;
    hub_subscriptions: HubSubscriptionsTable;
  }
}

export const SUBSCRIPTION_TABLES = {
  hub_nodes: { columns: { id: 'text', beats: 'number' }, key: ['id'] },
  hub_subscriptions: {
    columns: {
      subscriber: 'text',
      match_type: 'text',
      match: 'text',
      node: 'text',
      payload: 'text',
    },
    key: ['match_type', 'match', 'subscriber'],
  },
} satisfies Tables;
