import type { Feature } from '@carillon/nestjs';
import type { ApiTags } from '../http/api-tags.js';
import { PushData } from './push-data.js';
import { createPush } from './push.migrations.js';
import { PUSH_TABLES } from './push.tables.js';

const TAGS: ApiTags = {
  Push: 'Notifications that browsers show while the page is closed (Web Push).',
};

export const pushFeature: Feature = {
  name: 'push',
  apiTags: TAGS,
  personalData: PushData,
  tables: PUSH_TABLES,
  migrations: { push: createPush },
};
