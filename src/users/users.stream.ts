import { EventEncoder, type StreamView } from '@carillon/nestjs';
import { type DescribedEvent } from '@carillon/nestjs/internal';
import { User } from './user.js';
import {
  RemovedUser,
  UserCreated,
  UserErased,
  UserRemoved,
  UserUpdated,
  USERS,
} from './users.events.js';

/** The URL of the directory's snapshot. */
export const DIRECTORY = '/api/users';

/** The directory as a client folds it into its snapshot: `update` with the whole user, `remove` with the id. */
export const userDirectory: StreamView = {
  key: 'user directory',
  topics: new Map([[USERS, 0]]),
  snapshot: DIRECTORY,
  encoder: new EventEncoder('directory', ({ type, data }) => {
    if (type === UserRemoved.type) return { type: 'remove', data };
    if (type === UserCreated.type || type === UserUpdated.type) return { type: 'update', data };
    // The owner of the database may record other types on the topic. They say nothing about a user.
    if (type !== UserErased.type) return { type, data };
    const { id } = JSON.parse(data) as UserErased['data'];
    return { type: 'remove', data: JSON.stringify({ id }) };
  }),
};

/** The events of the directory's stream. */
export const DIRECTORY_EVENTS: readonly DescribedEvent[] = [
  {
    type: 'update',
    data: User,
    description: 'A user was created or changed. Carries the user after the change.',
  },
  { type: 'remove', data: RemovedUser, description: 'A user was removed or erased.' },
];
