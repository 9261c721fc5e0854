import type { Store } from '../../store/store.js';
import { people, withUsers } from './people.js';
import { fetchUser } from './users-api.js';

/** Fetches a user who is not known yet. */
export function needPerson(store: Store, id: string): void {
  if (store.partOf(people).has(id)) return;
  void store.fetch(`user ${id}`, async () => {
    const { user } = await fetchUser(id);
    store.update(people, (known) => withUsers(known, [user]));
  });
}
