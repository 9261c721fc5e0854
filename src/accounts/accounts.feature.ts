import type { Feature } from '@carillon/nestjs';
import { AccountCredentials } from './account-credentials.js';
import { AccountPermissions } from './account-permissions.js';
import { AccountsData } from './accounts-data.js';
import { ACCOUNT_EVENTS, ACCOUNTS } from './accounts.events.js';
import { createCredentials, createSessions, createSignInAttempts } from './accounts.migrations.js';
import { ACCOUNT_TABLES } from './accounts.tables.js';
import { OwnCompany } from './own-company.js';
import type { ApiTags } from '../http/api-tags.js';

const TAGS: ApiTags = { Accounts: 'Sign-up, sign-in, sessions, and the data of the caller.' };

export const accountsFeature: Feature = {
  name: 'accounts',
  apiTags: TAGS,
  topics: {
    [ACCOUNTS]: { audience: 'granted', snapshot: '/api/sessions', events: ACCOUNT_EVENTS },
  },
  permissions: AccountPermissions,
  credentials: AccountCredentials,
  personalData: AccountsData,
  company: OwnCompany,
  tables: ACCOUNT_TABLES,
  migrations: {
    credentials: createCredentials,
    sessions: createSessions,
    'sign-in-attempts': createSignInAttempts,
  },
};
