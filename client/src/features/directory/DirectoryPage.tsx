import { isOn } from '../../settings.js';
import { usePaneTitle } from '../../ui/page-title.js';
import { words } from '../../words/words.js';
import { Directory } from './Directory.js';
import { Header } from './Header.js';
import { SkipToPeople } from './SkipToPeople.js';
import { UserList } from './UserList.js';
import { useLiveUsers } from './use-live-users.js';

const HOME = {
  href: '#/',
  text: isOn('rooms') ? words.directory.rooms : words.account.signIn,
};

/** The directory as a page of its own, for visitors. */
export function DirectoryPage() {
  const { users, view } = useLiveUsers();
  usePaneTitle(words.directory.title);
  return (
    <>
      <SkipToPeople />
      <Header
        status={view.status}
        arrivals={view.arrivals}
        onTryNow={users.reconnect}
        text={words.app.tagline}
        link={HOME}
      />
      <main>
        <Directory users={users}>
          <UserList users={users} view={view} emptyHint={words.directory.emptyHint} />
        </Directory>
      </main>
    </>
  );
}
