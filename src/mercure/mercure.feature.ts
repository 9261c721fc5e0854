import type { Feature } from '@carillon/nestjs';
import { createSubscriptions } from './subscriptions/subscriptions.migrations.js';
import { SUBSCRIPTION_TABLES } from './subscriptions/subscriptions.tables.js';

export const mercureFeature: Feature = {
  name: 'mercure',
  tables: SUBSCRIPTION_TABLES,
  migrations: { subscriptions: createSubscriptions },
};
