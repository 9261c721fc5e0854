import { createInstallation } from './migrations/installation.js';
import { createEventLog } from './migrations/event-log.js';
import { createInbox } from './migrations/inbox.js';
import { createSubscriptions } from './migrations/subscriptions.js';
import type { Feature } from './feature.js';

/** The tables and migrations of the engine itself. */
export const CARILLON = {
  name: 'carillon',
  tables: {
    events: {
      columns: {
        position: 'number',
        topic: 'text',
        topics: 'text',
        type: 'text',
        data: 'text',
        format: 'text',
        actor: 'text',
        at: 'text',
        private: 'number',
        public_id: 'text',
        xid: 'number',
        retry: 'number',
        subject: 'text',
        redacts: 'text',
      },
      key: ['position'],
    },
    // One row, which the copy to PostgreSQL writes last.
    event_log: {
      columns: { id: 'number', epoch: 'text', head: 'number', oldest: 'number' },
      key: ['id'],
      isLocal: true,
    },
    // Events of other programs that are not in the log yet.
    carillon_inbox: {
      columns: {
        id: 'number',
        topic: 'text',
        topics: 'text',
        type: 'text',
        data: 'text',
        format: 'text',
        private: 'number',
        public_id: 'text',
        actor: 'text',
        xid: 'number',
        checked: 'number',
      },
      key: ['id'],
      serial: 'id',
    },
    inbox_permissions: { columns: { role: 'text', pattern: 'text' }, key: ['role', 'pattern'] },
    registered_topics: { columns: { name: 'text' }, key: ['name'], isLocal: true },
    registered_types: { columns: { name: 'text' }, key: ['name'], isLocal: true },
    installation: { columns: { name: 'text', value: 'text' }, key: ['name'] },
    subscriptions: {
      columns: {
        name: 'text',
        position: 'number',
        owner: 'text',
        term: 'number',
        renewals: 'number',
      },
      key: ['name'],
    },
    dead_letters: {
      columns: {
        subscription: 'text',
        position: 'number',
        state: 'text',
        topic: 'text',
        topics: 'text',
        type: 'text',
        data: 'text',
        format: 'text',
        private: 'number',
        actor: 'text',
        at: 'text',
        subject: 'text',
        error: 'text',
        attempts: 'number',
        first_failed_at: 'text',
        last_failed_at: 'text',
      },
      key: ['subscription', 'position'],
    },
    carillon_migrations: {
      columns: { owner: 'text', name: 'text', applied_at: 'text' },
      key: ['owner', 'name'],
      isLocal: true,
    },
  },
  migrations: {
    'event-log': createEventLog,
    inbox: createInbox,
    installation: createInstallation,
    subscriptions: createSubscriptions,
  },
} as const satisfies Feature;
