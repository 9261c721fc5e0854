import type { Feature } from '@carillon/nestjs';
import { KeyPermissions } from './keys/key-permissions.js';
import { KEY_EVENTS, KEYS } from './keys/keys.events.js';
import { createKeys } from './keys/keys.migrations.js';
import { KEY_TABLES } from './keys/keys.tables.js';

export const eventsFeature: Feature = {
  name: 'events',
  // Granted to nobody.
  topics: { [KEYS]: { audience: 'granted', snapshot: null, isInternal: true, events: KEY_EVENTS } },
  permissions: KeyPermissions,
  tables: KEY_TABLES,
  migrations: { keys: createKeys },
};
