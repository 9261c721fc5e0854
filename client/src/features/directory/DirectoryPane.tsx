import { useCallback, useRef, useState } from 'react';
import { useStore } from '../../store/use-store.js';
import { Field } from '../../ui/Field.js';
import { PaneHead } from '../../ui/PaneHead.js';
import { words } from '../../words/words.js';
import { people, withUsers } from '../people/people.js';
import { type FoundPeople, usePeopleSearch } from '../people/use-people-search.js';
import { findUsers } from '../people/users-api.js';
import { Directory } from './Directory.js';
import { FoundUsers } from './FoundUsers.js';
import { MessageUser } from './MessageUser.js';
import { useLiveUsers } from './use-live-users.js';
import { UserList } from './UserList.js';

/** The number of users at which a search stops reading pages. A longer text finds fewer users. */
const ENOUGH = 50;

/** The directory as a pane, for signed-in users. */
export function DirectoryPane() {
  const { users, view } = useLiveUsers();
  const [typed, setTyped] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const text = typed.trim();
  const found = useFound(text);
  return (
    <>
      <PaneHead title={words.directory.title} />
      <Directory users={users}>
        <div className="people-found">
          <Field
            label={words.directory.find}
            placeholder={words.people.nameOrUsername}
            autoComplete="off"
            value={typed}
            onType={setTyped}
            inputRef={field}
          />
          {text === '' ? (
            <UserList
              users={users}
              view={view}
              emptyHint={words.directory.emptyHint}
              Contact={MessageUser}
            />
          ) : (
            <FoundUsers
              users={users}
              found={found}
              Contact={MessageUser}
              onFocusLost={() => field.current?.focus()}
            />
          )}
        </div>
      </Directory>
    </>
  );
}

function useFound(text: string): FoundPeople | null {
  const store = useStore();
  const search = useCallback(
    async (typed: string, signal: AbortSignal) => {
      const wanted = { signal, isWanted: () => true, enough: ENOUGH };
      const { items, hasMore } = await findUsers(typed, wanted);
      store.update(people, (known) => withUsers(known, items));
      return { ids: items.map(({ id }) => id), hasMore };
    },
    [store],
  );
  return usePeopleSearch(text, search);
}
