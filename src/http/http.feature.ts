import type { Feature } from '@carillon/nestjs';
import { createIdempotencyKeys } from './idempotency.migrations.js';
import { IDEMPOTENCY_TABLES } from './idempotency.tables.js';

export const httpFeature: Feature = {
  name: 'http',
  tables: IDEMPOTENCY_TABLES,
  migrations: { 'idempotency-keys': createIdempotencyKeys },
};
