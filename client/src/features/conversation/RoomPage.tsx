import { type ReactNode, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useOpenPanel, usePanel } from '../../shell/panel.js';
import { partOf, type State } from '../../store/state.js';
import { useStore, useView } from '../../store/use-store.js';
import { focusHeading, isFocusLost } from '../../ui/focus-lost.js';
import { Rich } from '../../ui/Rich.js';
import { words } from '../../words/words.js';
import { blocks } from '../blocks/blocks.js';
import { nameOf } from '../people/people.js';
import { PINS } from '../pins/PinsButton.js';
import { PinsPane } from './PinsPane.js';
import { JoinCard } from '../rooms/JoinCard.js';
import { canInvite } from '../rooms/can-invite.js';
import { membershipIn, removals } from '../rooms/memberships.js';
import type { Message } from '../rooms/message.js';
import { otherOf } from '../rooms/names.js';
import { needMembers } from '../rooms/need-members.js';
import type { RoomParams } from '../rooms/room-address.js';
import { roomMembers } from '../rooms/room-members.js';
import type { Membership } from '../rooms/room.js';
import { Composer } from './Composer.js';
import { editsInProgress } from './edits-in-progress.js';
import { histories } from './histories.js';
import { messageAt, noHistory } from './history-fold.js';
import { MembersPane } from './MembersPane.js';
import { MessageList } from './MessageList.js';
import { RoomHeader } from './RoomHeader.js';
import { RoomImages } from './RoomImages.js';
import { roomKeys } from './room-keys.js';
import { threadIn, THREADS } from '../threads/thread-panels.js';
import { ThreadPane } from './ThreadPane.js';
import { TypingLine } from './TypingLine.js';

/** The pane of `roomAddress`. */
export function RoomPane({ roomId, seq }: RoomParams) {
  return <RoomPage key={roomId} roomId={roomId} target={seq} />;
}

interface RoomPageProps {
  roomId: string;
  /** The message to start at. */
  target: number | null;
}

function RoomPage({ roomId, target }: RoomPageProps) {
  const { state } = useView();
  const membership = membershipIn(state, roomId);
  return membership ? (
    <OpenRoom membership={membership} target={target} />
  ) : (
    <JoinCard roomId={roomId} removedFrom={partOf(state, removals).get(roomId)} />
  );
}

function OpenRoom({ membership, target }: { membership: Membership; target: number | null }) {
  const store = useStore();
  const { state, failures, status } = useView();
  const { room, lastSeq } = membership;
  const isMissing = target !== null && !isSeq(target, lastSeq);
  const known = partOf(state, roomMembers);
  const closed = whyClosed(membership, state);
  const members = usePanel('members');
  const open = useOpenPanel();
  const pane = usePanel(open ?? THREADS);
  const hasThreads = open === THREADS || threadIn(open) !== null;
  const isSplit = hasThreads || open === PINS || members.isOpen;
  const page = useRef<HTMLDivElement>(null);
  const edits = store.service(editsInProgress);
  const [editing, setEditing] = useState(() => edits.in(room.id)?.message ?? null);
  // The same function every time, or all rows of the history would be rendered again.
  const edit = useCallback(
    (message: Message | null) => {
      if (message?.id !== edits.in(room.id)?.message.id) edits.end(room.id);
      setEditing(message);
    },
    [edits, room.id],
  );
  // The button that led here has gone, such as that of an invitation.
  useLayoutEffect(() => {
    if (isFocusLost()) focusHeading(page.current!.querySelector('h1'));
  }, []);
  useEffect(() => needMembers(store, room.id), [store, room.id, known, failures]);

  return (
    <div
      ref={page}
      className={isSplit ? 'room room-with-members' : 'room'}
      onKeyDown={roomKeys(isSplit ? pane.close : null)}
    >
      <RoomHeader membership={membership} members={members} />
      <div className="room-talk">
        {isMissing && status.state === 'live' && (
          <p role="status" className="room-note">
            {words.conversation.noMessage}
          </p>
        )}
        <MessageList
          membership={membership}
          target={isMissing ? null : target}
          editing={editing}
          onEdit={edit}
          onInvite={canInvite(membership) ? members.open : null}
        />
        <TypingLine roomId={room.id} />
        {closed === null ? (
          <Composer
            membership={membership}
            onEditLast={() => edit(lastOwn(membership, store.state) ?? null)}
          />
        ) : (
          <p className="room-note">{closed}</p>
        )}
      </div>
      <RoomImages roomId={room.id} />
      {hasThreads && (
        <ThreadPane membership={membership} seq={threadIn(open)} onClose={pane.close} />
      )}
      {open === PINS && <PinsPane roomId={room.id} onClose={pane.close} />}
      {members.isOpen && <MembersPane membership={membership} onClose={members.close} />}
    </div>
  );
}

const isSeq = (target: number, last: number): boolean =>
  Number.isInteger(target) && target >= 1 && target <= last;

/** Why the user cannot write; null if they can. */
function whyClosed(membership: Membership, state: State): ReactNode {
  if (membership.room.archivedAt !== null) return words.conversation.archived;
  const other = otherOf(membership, state.me);
  if (other === null || !partOf(state, blocks).has(other)) return null;
  return (
    <Rich text={words.conversation.blocked} values={{ name: <bdi>{nameOf(state, other)}</bdi> }} />
  );
}

/** How far back to look for the user's last message, in messages. */
const LOOK_BACK = 200;

function lastOwn({ room, lastSeq }: Membership, state: State): Message | undefined {
  const history = partOf(state, histories).get(room.id) ?? noHistory;
  for (let seq = lastSeq; seq > Math.max(0, lastSeq - LOOK_BACK); seq--) {
    const message = messageAt(history, seq);
    if (message?.authorId === state.me && message.text !== null) return message;
  }
  return undefined;
}
