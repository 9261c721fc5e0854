import { useEffect, useState, useSyncExternalStore } from 'react';
import { CurlHint } from './page/CurlHint.js';
import { Header } from './page/Header.js';
import { Announcer } from './users/Announcer.js';
import { CreateUserForm } from './users/CreateUserForm.js';
import { LiveUsers } from './users/live-users.js';
import { UserList } from './users/UserList.js';

/** The directory. Whoever may see it needs no sign-in. */
export function PeoplePage() {
  const [users] = useState(() => new LiveUsers());
  useEffect(() => users.start(), [users]);
  const view = useSyncExternalStore(users.subscribe, users.view);

  return (
    <>
      <button
        type="button"
        className="skip-link"
        onClick={() => document.getElementById('people-heading')?.focus()}
      >
        Skip to the people
      </button>
      <Header status={view.status} arrivals={view.arrivals} onTryNow={users.reconnect} />
      <main className="columns">
        <div className="side">
          <CreateUserForm users={users} />
          <CurlHint />
        </div>
        <UserList users={users} view={view} />
      </main>
      <Announcer users={users} />
    </>
  );
}
