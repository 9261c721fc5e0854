import { useEffect, useState } from 'react';
import { fetchRoom, joinRoom } from '../chat/chat-api.js';
import { roomName } from '../chat/names.js';
import type { Room } from '../chat/room.js';
import { failureOf } from '../http/failure.js';
import { hasStatus } from '../http/problem.js';
import { PaneHead } from '../page/PaneHead.js';
import { useFocusIfLost } from '../users/use-focus-if-lost.js';

interface JoinCardProps {
  roomId: string;
  /** As it was when someone else has removed me from it. */
  removedFrom: Room | undefined;
}

/** A room that I am not in: a public one, one that I am invited into, one that I was removed from, or a conversation that I hide. */
export function JoinCard({ roomId, removedFrom }: JoinCardProps) {
  const [room, setRoom] = useState<Room | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const fail = (error: unknown) => setFailure(wordsFor(error));
  const known = room ?? removedFrom;

  useEffect(() => {
    fetchRoom(roomId).then(setRoom, (error: unknown) => {
      // Who was removed from it may not see it any more, and knows why.
      if (!removedFrom || !hasStatus(error, 404)) fail(error);
    });
  }, [roomId, removedFrom]);

  return (
    <>
      <PaneHead title={known ? roomName(known) : 'Room'} />
      <div className="pane-body">
        {removedFrom && <Removed room={removedFrom} />}
        <p role="alert" className="failure">
          {failure}
        </p>
        {room && (
          <div className="card">
            {room.kind === 'direct' ? (
              <p>You have hidden this conversation.</p>
            ) : (
              <p>
                {!removedFrom && 'You are not in this room. '}
                Who joins it can read all that was said there.
              </p>
            )}
            <button
              type="button"
              className="button-primary"
              onClick={() => void joinRoom(roomId).catch(fail)}
            >
              {room.kind === 'direct' ? 'Show again' : 'Join'}
            </button>
          </div>
        )}
      </div>
    </>
  );
}

function Removed({ room }: { room: Room }) {
  const told = useFocusIfLost<HTMLParagraphElement>();
  return (
    <p ref={told} role="alert" tabIndex={-1}>
      You were removed from <strong dir="auto">{roomName(room)}</strong>.
    </p>
  );
}

function wordsFor(error: unknown): string | null {
  if (hasStatus(error, 404)) return 'There is no such room, or it is not for you.';
  return failureOf(error).message;
}
