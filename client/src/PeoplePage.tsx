import { Header } from './page/Header.js';
import { Directory } from './users/Directory.js';
import { useLiveUsers } from './users/use-live-users.js';

/** The directory by itself, for who has not signed in: it needs no sign-in. */
export function PeoplePage() {
  const { users, view } = useLiveUsers();
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
      <main>
        <Directory users={users} view={view} />
      </main>
    </>
  );
}
