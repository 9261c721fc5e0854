import { type Panel, toggle, usePanel } from '../../shell/panel.js';
import { partOf } from '../../store/state.js';
import { usePart, useView } from '../../store/use-store.js';
import { BackLink } from '../../ui/BackLink.js';
import { onEscape } from '../../ui/on-escape.js';
import { usePaneTitle } from '../../ui/page-title.js';
import { words } from '../../words/words.js';
import { onlineUsers } from '../presence/presence.js';
import { LevelMenu } from '../levels/LevelMenu.js';
import { PinsButton } from '../pins/PinsButton.js';
import { otherOf, titleOf } from '../rooms/names.js';
import { roomMembers } from '../rooms/room-members.js';
import type { Membership } from '../rooms/room.js';
import { SearchBox } from '../search/SearchBox.js';
import { ThreadsButton } from '../threads/ThreadsButton.js';
import { JumpToDate } from './JumpToDate.js';

/** Larger rooms have no presence. */
const MAX_MEMBERS_WITH_PRESENCE = 1000;

interface RoomHeaderProps {
  membership: Membership;
  members: Panel;
}

export function RoomHeader({ membership, members }: RoomHeaderProps) {
  const { state } = useView();
  const find = usePanel('find');
  usePaneTitle(titleOf(state, membership));
  return (
    <header className="room-head">
      <BackLink />
      <div className="room-title">
        <h1 dir="auto">{titleOf(state, membership)}</h1>
        <p>
          <Subtitle membership={membership} />
          <RoomTopic topic={membership.room.topic} />
        </p>
      </div>
      <div className="room-tools">
        <PinsButton roomId={membership.room.id} />
        <LevelMenu membership={membership} />
        <button
          type="button"
          className="button-quiet icon-on-phone"
          ref={find.opener}
          aria-expanded={find.isOpen}
          onClick={() => toggle(find)}
        >
          <FindIcon />
          <span>{words.conversation.find}</span>
        </button>
        <ThreadsButton roomId={membership.room.id} />
        <button
          type="button"
          className="button-quiet"
          ref={members.opener}
          aria-expanded={members.isOpen}
          onClick={() => toggle(members)}
        >
          {membership.room.kind === 'direct'
            ? words.conversation.details
            : words.conversation.members}
        </button>
      </div>
      {find.isOpen && (
        <div className="room-find" onKeyDown={onEscape(find.close)}>
          <SearchBox label={words.search.thisRoom} roomId={membership.room.id} isFocused />
          <JumpToDate roomId={membership.room.id} />
        </div>
      )}
    </header>
  );
}

/** On a phone, it takes the place of the word. */
function FindIcon() {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <circle cx="10.5" cy="10.5" r="6.5" />
      <path d="M15.5 15.5l5 5" />
    </svg>
  );
}

/** In one line with what precedes it. The panel of the members has it in full. */
function RoomTopic({ topic }: { topic: string | null }) {
  return topic !== null && <bdi className="room-topic">{topic}</bdi>;
}

function Subtitle({ membership }: { membership: Membership }) {
  const { state, status } = useView();
  const online = usePart(onlineUsers);
  const { room } = membership;
  // Only the stream knows who is online.
  if (status.state === 'offline') return words.conversation.offline;
  if (status.state === 'reconnecting') return words.conversation.reconnecting;
  const other = otherOf(membership, state.me);
  if (other !== null)
    return online.has(other) ? words.conversation.online : words.conversation.notOnline;
  const known = partOf(state, roomMembers).get(room.id)?.part;
  const kind = words.conversation.kinds[room.kind];
  if (!known) return kind;
  if (known.count > MAX_MEMBERS_WITH_PRESENCE)
    return words.conversation.memberCount(kind, known.count);
  const here = known.members.filter(({ userId }) => online.has(userId)).length;
  return words.conversation.memberAndOnlineCount(kind, known.count, here);
}
