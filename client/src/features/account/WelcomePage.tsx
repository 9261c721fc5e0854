import { usePaneTitle } from '../../ui/page-title.js';
import { words } from '../../words/words.js';
import { Announcer } from '../directory/Announcer.js';
import { CurlHint } from '../directory/CurlHint.js';
import { Header } from '../directory/Header.js';
import { SkipToPeople } from '../directory/SkipToPeople.js';
import { useLiveUsers } from '../directory/use-live-users.js';
import { UserList } from '../directory/UserList.js';
import { SignIn } from './SignIn.js';
import './sign-in.css';

const PEOPLE = { href: '#/people', text: words.directory.navigation };

/** The first page of a visitor while the directory is open: what this is, the live directory, and the sign-in. */
export function WelcomePage() {
  const { users, view } = useLiveUsers();
  usePaneTitle(words.account.signIn);
  return (
    <>
      <SkipToPeople />
      <Header
        status={view.status}
        arrivals={view.arrivals}
        onTryNow={users.reconnect}
        text={words.app.about}
        link={PEOPLE}
      />
      <main className="directory">
        <div className="columns">
          <div className="side">
            <SignIn />
          </div>
          <div className="welcome-live">
            <CurlHint isOpen />
            <UserList users={users} view={view} emptyHint={words.directory.emptyHintForVisitors} />
          </div>
        </div>
        <Announcer users={users} />
      </main>
    </>
  );
}
