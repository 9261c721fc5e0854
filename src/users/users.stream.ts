import type { DescribedEvent } from '../events/described-event.js';
import type { StreamView } from '../events/stream-view.js';
import { WireForm } from '../events/wire-form.js';
import { User } from './user.js';
import { RemovedUser, UserErased, UserRemoved, USERS } from './users.events.js';

/** The URL of the directory's snapshot. */
export const DIRECTORY = '/api/users';

/** The directory as a client folds it into its snapshot: `update` with the whole user, `remove` with the id. */
export const userDirectory: StreamView = {
  key: 'user directory',
  topics: new Map([[USERS, 0]]),
  snapshot: DIRECTORY,
  form: new WireForm('directory', ({ type, data }) => {
    if (type === UserRemoved.type) return { type: 'remove', data };
    if (type !== UserErased.type) return { type: 'update', data };
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
