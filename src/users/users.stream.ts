import type { StreamView } from '../events/stream-view.js';
import { WireForm } from '../events/wire-form.js';
import { UserErased, UserRemoved, USERS } from './users.events.js';

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
