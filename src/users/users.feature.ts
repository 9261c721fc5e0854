import type { Feature } from '@carillon/nestjs';
import { Config, type DirectoryAccess } from '../config.js';
import { ProfileData } from './profile-data.js';
import { UserPermissions } from './user-permissions.js';
import { USER_EVENTS, USERS } from './users.events.js';
import { createErasures, createUsers, createUserWords } from './users.migrations.js';
import { DIRECTORY } from './users.stream.js';
import { USER_TABLES } from './users.tables.js';
import type { ApiTags } from '../http/api-tags.js';

const TAGS: ApiTags = { Users: 'The user directory.' };

const AUDIENCES = {
  open: 'anyone',
  members: 'signed-in',
  off: 'granted',
} as const satisfies Record<DirectoryAccess, string>;

export const usersFeature: Feature = {
  name: 'users',
  apiTags: TAGS,
  topics: {
    [USERS]: {
      audience: {
        inject: Config,
        useFactory: ({ DIRECTORY }: Config) => AUDIENCES[DIRECTORY],
      },
      snapshot: DIRECTORY,
      events: USER_EVENTS,
    },
  },
  permissions: UserPermissions,
  personalData: ProfileData,
  tables: USER_TABLES,
  migrations: {
    users: createUsers,
    erasures: createErasures,
    'user-words': createUserWords,
  },
};
