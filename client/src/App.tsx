import { useEffect, useState, useSyncExternalStore } from 'react';
import { CurlHint } from './page/CurlHint';
import { Header } from './page/Header';
import { Announcer } from './users/Announcer';
import { CreateUserForm } from './users/CreateUserForm';
import { LiveUsers } from './users/live-users';
import { UserList } from './users/UserList';

export function App() {
  const [users] = useState(() => new LiveUsers());
  useEffect(() => users.start(), [users]);
  const view = useSyncExternalStore(users.subscribe, users.view);

  return (
    <>
      <a className="skip-link" href="#people">
        Skip to the people
      </a>
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
