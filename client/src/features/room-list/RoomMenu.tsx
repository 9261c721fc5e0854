import { go } from '../../shell/address.js';
import { useStore } from '../../store/use-store.js';
import { FailureText } from '../../ui/FailureText.js';
import { MenuButton } from '../../ui/MenuButton.js';
import { useAttempt } from '../../ui/use-attempt.js';
import { readMarkers } from '../conversation/read-markers.js';
import type { Membership } from '../rooms/room.js';
import { removeMember, setFavourite } from '../rooms/rooms-api.js';
import { roomListWords as words } from './room-list.words.js';

interface RoomMenuProps {
  membership: Membership;
  title: string;
  /** Tab reaches only the menu of the open room: the others would double its steps through the list. */
  isOpen: boolean;
}

/** What the user can do with a room of the list. */
export function RoomMenu({ membership, title, isOpen }: RoomMenuProps) {
  return (
    <MenuButton label={words.menu(title)} className="room-menu-button" isReachable={isOpen}>
      {(onDone) => <MenuItems membership={membership} isOpen={isOpen} onDone={onDone} />}
    </MenuButton>
  );
}

interface MenuItemsProps {
  membership: Membership;
  isOpen: boolean;
  onDone: () => void;
}

function MenuItems({ membership, isOpen, onDone }: MenuItemsProps) {
  const { room, favourite, unread, readSeq, lastSeq } = membership;
  const store = useStore();
  const markers = store.service(readMarkers);
  const { failure, attempt } = useAttempt();
  const doing = (work: () => Promise<unknown> | void) => () =>
    attempt(Promise.resolve(work()).then(onDone));
  const hide = async () => {
    await removeMember(room.id, store.me);
    if (isOpen) go('#/');
  };
  return (
    <>
      <button type="button" onClick={doing(() => setFavourite(room.id, !favourite))}>
        {favourite ? words.removeFavourite : words.addFavourite}
      </button>
      {unread > 0 ? (
        <button
          type="button"
          onClick={doing(() => markers.mark(room.id, { seq: lastSeq, from: readSeq }))}
        >
          {words.markRead}
        </button>
      ) : (
        lastSeq > 0 && (
          <button type="button" onClick={doing(() => markers.unread(room.id))}>
            {words.markUnread}
          </button>
        )
      )}
      {room.kind === 'direct' && (
        <button type="button" onClick={doing(hide)}>
          {words.close}
        </button>
      )}
      <FailureText text={failure} />
    </>
  );
}
