import type { TopicMatcher } from '@carillon/nestjs';
import { Periodic, topicMistake } from '@carillon/nestjs/internal';
import { Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { HubSettings } from '../hub/settings.js';
import type { SubscriptionPayload } from '../tokens/hub-caller.js';
import { RecordedSubscriptions } from './recorded-subscriptions.js';
import { pathOf } from './subscription-document.js';

/** Milliseconds between two signs of life of a node. */
const BEAT = 2000;

/** The subscriptions of one connection. */
export interface SubscriberConnection {
  /** Records that they are active. Rejects if the database is not available. */
  open(): Promise<void>;
  /** Records that they have ended. */
  close(): void;
}

/**
 * The subscriptions of all connected subscribers at all nodes, in the database. A node that gives no sign of life has crashed, and another one ends its subscriptions.
 */
@Injectable()
export class ActiveSubscriptions implements OnModuleInit, BeforeApplicationShutdown {
  readonly #periodic = new Periodic(ActiveSubscriptions.name, BEAT, () => this.recorded.beat());

  constructor(
    private readonly settings: HubSettings,
    private readonly recorded: RecordedSubscriptions,
  ) {}

  onModuleInit(): void {
    if (this.settings.directives.subscriptions) this.#periodic.start();
  }

  /** All streams are about to be closed. When the last one has ended, the database may be closed, too. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.#periodic.stop();
    await this.recorded.endAll();
  }

  /** A matcher whose subscriptions cannot be tracked, as their address would be too long for a topic. */
  findTooLong<M extends TopicMatcher>(matchers: readonly M[]): M | undefined {
    if (!this.settings.directives.subscriptions) return undefined;
    return matchers.find(
      ({ kind, pattern }) =>
        topicMistake(pathOf({ match_type: kind, match: pattern, subscriber: newSubscriber() })) !==
        undefined,
    );
  }

  /**
   * The subscriptions of a request; `undefined` if the operator does not want them tracked.
   *
   * @param payloads of the token. The first that selects a matcher belongs to its subscription.
   */
  connection(
    matchers: readonly TopicMatcher[],
    payloads: readonly SubscriptionPayload[],
  ): SubscriberConnection | undefined {
    if (!this.settings.directives.subscriptions) return undefined;
    const subscriber = newSubscriber();
    const rows = distinct(matchers).map(({ kind, pattern }) => ({
      subscriber,
      match_type: kind,
      match: pattern,
      payload: payloadOf(pattern, payloads),
    }));
    let opening: Promise<void> | undefined;
    return {
      open: () => (opening = this.recorded.start(subscriber, rows)),
      close: () => {
        // If its start was not recorded, it has no end either.
        void opening?.then(() => this.recorded.end(subscriber)).catch(() => undefined);
      },
    };
  }
}

/** Random, so that it does not reveal who the subscriber is. */
const newSubscriber = (): string => `urn:uuid:${randomUUID()}`;

const distinct = (matchers: readonly TopicMatcher[]): TopicMatcher[] => [
  ...new Map(matchers.map((each) => [JSON.stringify([each.kind, each.pattern]), each])).values(),
];

function payloadOf(matcher: string, payloads: readonly SubscriptionPayload[]): string | null {
  const payload = payloads.find(({ topics }) => topics.matches([matcher]))?.payload;
  return payload === undefined ? null : JSON.stringify(payload);
}
