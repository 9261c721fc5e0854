import { useEffect, useState } from 'react';
import type { ChatState } from '../chat/chat-fold.js';
import { messageAt, noHistory } from '../chat/history-fold.js';
import { nameOf, otherOf } from '../chat/names.js';
import type { Message } from '../chat/message.js';
import type { Membership } from '../chat/room.js';
import { Composer } from '../messages/Composer.js';
import { MessageList } from '../messages/MessageList.js';
import { TypingLine } from '../messages/TypingLine.js';
import { useChat, useChatView } from '../page/use-chat.js';
import { JoinCard } from './JoinCard.js';
import { MembersPanel } from './MembersPanel.js';
import { RoomHeader } from './RoomHeader.js';

interface RoomPageProps {
  roomId: string;
  /** The message to begin at. */
  target: number | null;
}

export function RoomPage({ roomId, target }: RoomPageProps) {
  const { state } = useChatView();
  const membership = state.memberships.part.find(({ room }) => room.id === roomId);
  return membership ? (
    <OpenRoom membership={membership} target={target} />
  ) : (
    <JoinCard roomId={roomId} removedFrom={state.removals.get(roomId)} />
  );
}

function OpenRoom({ membership, target }: { membership: Membership; target: number | null }) {
  const chat = useChat();
  const { state, failures } = useChatView();
  const { room } = membership;
  const closed = whyClosed(membership, state);
  const [showMembers, setShowMembers] = useState(false);
  const [editing, setEditing] = useState<Message | null>(null);
  useEffect(() => chat.needMembers(room.id), [chat, room.id, state.members, failures]);

  return (
    <div className={showMembers ? 'room room-with-members' : 'room'}>
      <RoomHeader
        membership={membership}
        showMembers={showMembers}
        onShowMembers={setShowMembers}
      />
      <div className="room-talk">
        <MessageList
          membership={membership}
          target={target}
          editing={editing}
          onEdit={setEditing}
        />
        <TypingLine roomId={room.id} />
        {closed === null ? (
          <Composer
            membership={membership}
            onEditLast={() => setEditing(lastOwn(membership, chat.state) ?? null)}
          />
        ) : (
          <p className="archived-note">{closed}</p>
        )}
      </div>
      {showMembers && (
        <MembersPanel membership={membership} onClose={() => setShowMembers(false)} />
      )}
    </div>
  );
}

/** Why nothing can be written; null where it can. */
function whyClosed(membership: Membership, state: ChatState): string | null {
  if (membership.room.archivedAt !== null)
    return 'This room is archived: it can be read, not written in.';
  const other = otherOf(membership, state.me);
  if (other === null || !state.blocks.part.has(other)) return null;
  return `You have blocked ${nameOf(state, other)}. Unblock them in the details to write.`;
}

/** How far back, in messages, one's own last one is looked for. */
const LOOK_BACK = 200;

function lastOwn({ room, lastSeq }: Membership, { me, histories }: ChatState): Message | undefined {
  const history = histories.get(room.id) ?? noHistory;
  for (let seq = lastSeq; seq > Math.max(0, lastSeq - LOOK_BACK); seq--) {
    const message = messageAt(history, seq);
    if (message?.authorId === me && message.text !== null) return message;
  }
  return undefined;
}
