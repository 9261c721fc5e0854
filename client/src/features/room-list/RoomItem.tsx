import { memo, useLayoutEffect } from 'react';
import { partOf } from '../../store/state.js';
import { useSelected, useStore } from '../../store/use-store.js';
import { Avatar } from '../../ui/Avatar.js';
import { ShortTime } from '../../ui/ShortTime.js';
import { Rich } from '../../ui/Rich.js';
import { words } from '../../words/words.js';
import { roomsWithDrafts } from '../drafts/drafts.js';
import { textOrNames } from '../files/file-names.js';
import { usePlainText } from '../formatting/plain-text.js';
import { people } from '../people/people.js';
import { useNeededPeople } from '../people/use-name.js';
import { onlineUsers } from '../presence/presence.js';
import { isMutedNow } from '../rooms/attention.js';
import { otherOf, titleOf } from '../rooms/names.js';
import { hrefOfRoom } from '../rooms/room-address.js';
import type { Membership } from '../rooms/room.js';
import { RoomIcon } from '../rooms/RoomIcon.js';
import { roomListWords } from './room-list.words.js';
import { RoomMenu } from './RoomMenu.js';
import { Unread } from './Unread.js';
import { useKeptFocus } from './use-kept-focus.js';

interface RoomItemProps {
  membership: Membership;
  isOpen: boolean;
}

export const RoomItem = memo(function RoomItem({ membership, isOpen }: RoomItemProps) {
  const { room, unread, lastMessage } = membership;
  const isMuted = isMutedNow(membership);
  const other = otherOf(membership, useStore().me);
  const title = useSelected(({ state }) => titleOf(state, membership));
  const isOnline = useSelected(({ state }) => partOf(state, onlineUsers).has(other ?? ''));
  const hasDraft = useSelected(({ state }) => partOf(state, roomsWithDrafts).has(room.id));
  const item = useKeptFocus(room.id);
  useLayoutEffect(() => {
    if (isOpen) item.current?.scrollIntoView({ block: 'nearest' });
  }, [item, isOpen]);
  useNeededPeople([other, lastMessage?.authorId]);
  return (
    <li ref={item} className="room-line">
      <a
        href={hrefOfRoom(room.id)}
        className={classOf(unread > 0, isMuted)}
        aria-current={isOpen ? 'page' : undefined}
      >
        {other === null ? (
          <RoomIcon kind={room.kind} />
        ) : (
          <Avatar id={other} name={title} isOnline={isOnline} />
        )}
        <span className="room-item-title" dir="auto">
          {title}
        </span>
        {lastMessage && <ShortTime iso={lastMessage.createdAt} />}
        <span className="room-item-last" dir="auto">
          {hasDraft && !isOpen && <span className="room-item-draft">{words.rooms.draft} </span>}
          <LastWords membership={membership} />
        </span>
        {isMuted && <span className="visually-hidden">{roomListWords.muted}</span>}
        <Unread rooms={[membership]} />
      </a>
      <RoomMenu membership={membership} title={title} isOpen={isOpen} />
    </li>
  );
});

function classOf(isUnread: boolean, isMuted: boolean): string {
  if (isMuted) return 'room-item room-item-muted';
  return isUnread ? 'room-item room-item-unread' : 'room-item';
}

function LastWords({ membership }: { membership: Membership }) {
  const { lastMessage, room } = membership;
  const { me } = useStore();
  const text = usePlainText(textOrNames(lastMessage?.text ?? '', lastMessage?.files ?? []));
  const authorId = lastMessage?.authorId ?? '';
  const author = useSelected(({ state }) => partOf(state, people).get(authorId)?.firstname);
  if (!lastMessage) return words.rooms.noMessages;
  if (lastMessage.text === null) return words.rooms.lastDeleted;
  if (authorId !== me && room.kind === 'direct') return text;
  const values = { name: <bdi>{author ?? words.people.unknown}</bdi>, text: <bdi>{text}</bdi> };
  return <Rich text={authorId === me ? words.rooms.lastOwn : words.rooms.lastOf} values={values} />;
}
