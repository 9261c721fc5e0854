import { useEffect, useState } from 'react';
import { hasStatus } from '../../http/problem.js';
import { FailureText } from '../../ui/FailureText.js';
import { PaneHead } from '../../ui/PaneHead.js';
import { Rich } from '../../ui/Rich.js';
import { useAttempt } from '../../ui/use-attempt.js';
import { useFocusIfLost } from '../../ui/use-focus-if-lost.js';
import { words } from '../../words/words.js';
import { roomName } from './names.js';
import type { Room } from './room.js';
import { fetchRoom, joinRoom } from './rooms-api.js';

interface JoinCardProps {
  roomId: string;
  /** The room as it was when another user removed this user from it. */
  removedFrom: Room | undefined;
}

/** A room of which the user is not a member: it is public, they are invited or were removed, or they hide the conversation. */
export function JoinCard({ roomId, removedFrom }: JoinCardProps) {
  const [room, setRoom] = useState<Room | null>(null);
  const { failure, attempt, fail } = useAttempt({ 'not-found': words.rooms.notFound });
  const known = room ?? removedFrom;

  useEffect(() => {
    fetchRoom(roomId).then(setRoom, (error: unknown) => {
      // A removed user may no longer see the room, and knows why.
      if (!removedFrom || !hasStatus(error, 404)) fail(error);
    });
  }, [roomId, removedFrom]);

  return (
    <>
      <PaneHead title={known ? roomName(known) : words.rooms.room} />
      <div className="pane-body">
        {removedFrom && <Removed room={removedFrom} />}
        <FailureText text={failure} />
        {room && (
          <div className="card">
            {room.topic !== null && <p dir="auto">{room.topic}</p>}
            {room.kind === 'direct' ? (
              <p>{words.rooms.hidden}</p>
            ) : (
              <p>
                {!removedFrom && `${words.rooms.notMember} `}
                {words.rooms.joinHint}
              </p>
            )}
            <button
              type="button"
              className="button-primary"
              onClick={() => attempt(joinRoom(roomId))}
            >
              {room.kind === 'direct' ? words.rooms.showAgain : words.rooms.join}
            </button>
          </div>
        )}
      </div>
    </>
  );
}

function Removed({ room }: { room: Room }) {
  const message = useFocusIfLost<HTMLParagraphElement>();
  return (
    <p ref={message} role="alert" tabIndex={-1}>
      <Rich
        text={words.rooms.removed}
        values={{ room: <strong dir="auto">{roomName(room)}</strong> }}
      />
    </p>
  );
}
