import { useEffect, useState } from 'react';
import { fetchPublicRooms } from '../chat/chat-api.js';
import { roomName } from '../chat/names.js';
import type { Room } from '../chat/room.js';
import { failureOf } from '../http/failure.js';
import { PaneHead } from '../page/PaneHead.js';
import { roomAddress } from '../page/route.js';
import { useChat, useChatView } from '../page/use-chat.js';
import { RoomIcon } from './RoomIcon.js';

/** The rooms that everybody may join. */
export function BrowsePage() {
  const { state } = useChatView();
  const { rooms, next, failure, load } = usePublicRooms();
  const mine = new Set(state.memberships.part.map(({ room }) => room.id));
  return (
    <>
      <PaneHead title="Browse rooms" />
      <div className="pane-body">
        <p role="alert" className="failure">
          {failure}
        </p>
        {rooms?.length === 0 && <p className="nav-empty">There is no public room yet.</p>}
        <ul className="found-list" aria-label="Public rooms">
          {rooms
            ?.filter(({ archivedAt }) => archivedAt === null)
            .map((room) => (
              <li key={room.id}>
                <a href={roomAddress(room.id)} className="found-room">
                  <RoomIcon kind={room.kind} />
                  <span dir="auto">{roomName(room)}</span>
                  {mine.has(room.id) && <span className="clock">You are in it</span>}
                </a>
              </li>
            ))}
        </ul>
        {next !== null && (
          <button type="button" onClick={() => void load(next)}>
            Show more
          </button>
        )}
      </div>
    </>
  );
}

function usePublicRooms() {
  const chat = useChat();
  const [rooms, setRooms] = useState<readonly Room[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);

  async function load(url?: string) {
    try {
      const page = await fetchPublicRooms(url);
      setRooms((before) => (url ? merge(before ?? [], page.rooms) : page.rooms));
      setNext(page.next);
    } catch (error) {
      setFailure(failureOf(error).message);
    }
  }
  useEffect(() => void load(), []);
  useEffect(
    () =>
      chat.onFact(({ name, data }) => {
        if (name === 'room.created') setRooms((before) => merge([data], before ?? []));
        if (name === 'room.updated')
          setRooms((before) => before?.map((room) => (room.id === data.id ? data : room)) ?? null);
      }),
    [chat],
  );
  return { rooms, next, failure, load };
}

function merge(first: readonly Room[], rest: readonly Room[]): readonly Room[] {
  return [...first, ...rest.filter(({ id }) => first.every((room) => room.id !== id))];
}
