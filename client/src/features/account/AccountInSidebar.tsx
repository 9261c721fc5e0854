import { settings } from '../../settings.js';
import { plainAddress, useParams } from '../../shell/address.js';
import { useStore } from '../../store/use-store.js';
import { Avatar } from '../../ui/Avatar.js';
import { words } from '../../words/words.js';
import { useName } from '../people/use-name.js';
import { SignOutButton } from './SignOutButton.js';

const profile = plainAddress('profile');

export function AccountInSidebar() {
  const { me } = useStore();
  const name = useName(me);
  const isOpen = useParams(profile) !== null;
  return (
    <footer className="me">
      <a href="#/profile" aria-current={isOpen ? 'page' : undefined}>
        <Avatar id={me} name={name} />
        <span className="me-name" dir="auto">
          {name}
        </span>
        <span className="visually-hidden">{words.account.profileLink}</span>
      </a>
      {settings.passwords && (
        <SignOutButton text={words.account.signOut} className="button-quiet" />
      )}
    </footer>
  );
}
