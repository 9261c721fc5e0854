import { useEffect, useState } from 'react';
import { fetchRoom, joinRoom } from '../chat/chat-api.js';
import { roomName } from '../chat/names.js';
import type { Room } from '../chat/room.js';
import { failureOf } from '../http/failure.js';
import { hasStatus } from '../http/problem.js';
import { PaneHead } from '../page/PaneHead.js';

/** A room that I am not in: a public one, or one that I am invited into. */
export function JoinCard({ roomId }: { roomId: string }) {
  const [room, setRoom] = useState<Room | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const fail = (error: unknown) => setFailure(wordsFor(error));

  useEffect(() => {
    fetchRoom(roomId).then(setRoom, fail);
  }, [roomId]);

  return (
    <>
      <PaneHead title={room ? roomName(room) : 'Room'} />
      <div className="pane-body">
        <p role="alert" className="failure">
          {failure}
        </p>
        {room && (
          <div className="card">
            <p>You are not in this room. Who joins it can read all that was said there.</p>
            <button
              type="button"
              className="button-primary"
              onClick={() => void joinRoom(roomId).catch(fail)}
            >
              Join
            </button>
          </div>
        )}
      </div>
    </>
  );
}

function wordsFor(error: unknown): string | null {
  if (hasStatus(error, 404)) return 'There is no such room, or it is not for you.';
  return failureOf(error).message;
}
