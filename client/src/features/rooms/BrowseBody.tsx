import { useEffect, useRef, useState } from 'react';
import { isTemporary, messageOf } from '../../http/failure.js';
import { partOf } from '../../store/state.js';
import { useRecovery } from '../../store/use-recovery.js';
import { useStore, useView } from '../../store/use-store.js';
import { FailureText } from '../../ui/FailureText.js';
import { useFocusOnLastPage } from '../../ui/use-focus-on-last-page.js';
import { words } from '../../words/words.js';
import { memberships } from './memberships.js';
import { roomName } from './names.js';
import { hrefOfRoom } from './room-address.js';
import type { Room } from './room.js';
import { NoPublicRooms } from './RoomLinks.js';
import { RoomIcon } from './RoomIcon.js';
import { fetchPublicRooms } from './rooms-api.js';

/** The rooms that everyone may join. */
export function BrowseBody() {
  const { state } = useView();
  const { rooms, next, failure, load } = usePublicRooms();
  const list = useRef<HTMLUListElement>(null);
  useFocusOnLastPage(list, next !== null);
  const mine = new Set(partOf(state, memberships).map(({ room }) => room.id));
  return (
    <>
      {rooms?.length === 0 && (
        <p className="nav-empty">
          <NoPublicRooms />
        </p>
      )}
      <ul ref={list} className="found-list" aria-label={words.rooms.publicRooms}>
        {rooms
          ?.filter(({ archivedAt }) => archivedAt === null)
          .map((room) => (
            <li key={room.id}>
              <a href={hrefOfRoom(room.id)} className="found-room">
                <RoomIcon kind={room.kind} />
                <span className="found-room-name" dir="auto">
                  {roomName(room)}
                  {room.topic !== null && <bdi className="found-room-topic">{room.topic}</bdi>}
                </span>
                {mine.has(room.id) && <span className="clock">{words.rooms.joined}</span>}
              </a>
            </li>
          ))}
      </ul>
      <FailureText text={failure} />
      {next !== null && (
        <button type="button" onClick={() => void load(next)}>
          {words.rooms.showMore}
        </button>
      )}
    </>
  );
}

function usePublicRooms() {
  const store = useStore();
  const [rooms, setRooms] = useState<readonly Room[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [failed, setFailed] = useState<{ url: string | undefined } | null>(null);

  async function load(url?: string) {
    try {
      const page = await fetchPublicRooms(url);
      setRooms((before) => (url ? merge(before ?? [], page.rooms) : page.rooms));
      setNext(page.next);
      setFailure(null);
      setFailed(null);
    } catch (error) {
      setFailure(messageOf(error));
      setFailed(isTemporary(error) ? { url } : null);
    }
  }
  useEffect(() => void load(), []);
  useRecovery(failed !== null, () => void load(failed?.url));
  useEffect(
    () =>
      store.onEvent(({ name, data }) => {
        if (name === 'room.created') setRooms((before) => merge([data], before ?? []));
        if (name === 'room.updated')
          setRooms((before) => before?.map((room) => (room.id === data.id ? data : room)) ?? null);
      }),
    [store],
  );
  return { rooms, next, failure, load };
}

function merge(first: readonly Room[], rest: readonly Room[]): readonly Room[] {
  return [...first, ...rest.filter(({ id }) => first.every((room) => room.id !== id))];
}
