import { otherOf, titleOf } from '../chat/names.js';
import type { ChatState } from '../chat/chat-fold.js';
import type { Membership } from '../chat/room.js';
import { Avatar } from '../page/Avatar.js';
import { roomAddress } from '../page/route.js';
import { useChatView } from '../page/use-chat.js';
import { RoomIcon } from './RoomIcon.js';
import { shortTime } from '../page/short-time.js';

export function RoomList({ openId }: { openId: string | null }) {
  const { state, loaded } = useChatView();
  const rooms = state.memberships.part.filter(({ room }) => room.archivedAt === null);
  const archived = state.memberships.part.filter(({ room }) => room.archivedAt !== null);
  return (
    <nav aria-label="Rooms" className="room-nav">
      <h2 id="rooms-heading">Rooms</h2>
      {loaded && state.memberships.part.length === 0 && (
        <p className="nav-empty">You are in no room yet. Make one, or look for one to join.</p>
      )}
      <ul className="room-list" aria-labelledby="rooms-heading">
        {rooms.map((mine) => (
          <RoomItem key={mine.room.id} membership={mine} isOpen={mine.room.id === openId} />
        ))}
      </ul>
      {archived.length > 0 && (
        <details className="archived">
          <summary>Archived</summary>
          <ul className="room-list">
            {archived.map((mine) => (
              <RoomItem key={mine.room.id} membership={mine} isOpen={mine.room.id === openId} />
            ))}
          </ul>
        </details>
      )}
    </nav>
  );
}

function RoomItem({ membership, isOpen }: { membership: Membership; isOpen: boolean }) {
  const { state, online } = useChatView();
  const { room, unread, mentions, lastMessage } = membership;
  const other = otherOf(membership, state.me);
  const title = titleOf(state, membership);
  return (
    <li>
      <a
        href={roomAddress(room.id)}
        className={unread > 0 ? 'room-item room-item-unread' : 'room-item'}
        aria-current={isOpen ? 'page' : undefined}
      >
        {other === null ? (
          <RoomIcon kind={room.kind} />
        ) : (
          <Avatar id={other} name={title} isOnline={online.has(other)} />
        )}
        <span className="room-item-title" dir="auto">
          {title}
        </span>
        {lastMessage && <span className="clock">{shortTime(lastMessage.createdAt)}</span>}
        <span className="room-item-last" dir="auto">
          {lastWords(state, membership)}
        </span>
        {unread > 0 && <Unread unread={unread} mentions={mentions} />}
      </a>
    </li>
  );
}

function Unread({ unread, mentions }: { unread: number; mentions: number }) {
  return (
    <span className={mentions > 0 ? 'badge badge-mention' : 'badge'}>
      <span aria-hidden="true">
        {mentions > 0 && '@ '}
        {unread > 99 ? '99+' : unread}
      </span>
      <span className="visually-hidden">
        {`, ${unread} unread`}
        {mentions > 0 && `, ${mentions} of them mention you`}
      </span>
    </span>
  );
}

function lastWords(state: ChatState, { lastMessage, room }: Membership): string {
  if (!lastMessage) return 'Nothing said yet';
  if (lastMessage.text === null) return 'Deleted';
  if (lastMessage.authorId === state.me) return `You: ${lastMessage.text}`;
  if (room.kind === 'direct') return lastMessage.text;
  return `${state.people.get(lastMessage.authorId)?.firstname ?? 'Someone'}: ${lastMessage.text}`;
}
