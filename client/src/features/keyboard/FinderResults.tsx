import { useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import type { Feature } from '../../shell/feature.js';
import { go, useParams } from '../../shell/address.js';
import { useStore, useView } from '../../store/use-store.js';
import { Avatar } from '../../ui/Avatar.js';
import { FailureText } from '../../ui/FailureText.js';
import { useAttempt } from '../../ui/use-attempt.js';
import { type LevelCommand, levelCommands } from '../levels/level-commands.js';
import { roomAddress } from '../rooms/room-address.js';
import { RoomIcon } from '../rooms/RoomIcon.js';
import { hrefOfSearch } from '../search/search-address.js';
import { findItems, type FoundItem } from './find-items.js';
import { commandItems, type Item, personItems, roomItems } from './finder-items.js';
import { keyboardWords as words } from './keyboard.words.js';
import { recentRooms } from './recent-rooms.js';
import { usePeopleNamed } from './use-people-named.js';

interface FinderResultsProps {
  /** The list of options. */
  listId: string;
  optionId: (index: number) => string;
  typed: string;
  /** The index of the chosen option. */
  chosen: number;
  features: readonly Feature[];
  onCount: (count: number) => void;
  onClose: () => void;
  onListShortcuts: () => void;
}

/** The rooms, people and commands that match the text in the finder. A click goes there. */
export function FinderResults(props: FinderResultsProps) {
  const { listId, optionId, typed, chosen, features, onCount, onClose, onListShortcuts } = props;
  const found = useFound(typed, features, onListShortcuts);
  const { failure, attempt } = useAttempt();
  const list = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => onCount(found.length), [onCount, found.length]);
  useEffect(() => list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' }), [chosen]);

  function choose({ item }: FoundItem): void {
    const done = item.run();
    if (done) attempt(done.then(onClose));
    else if (item.id !== SHORTCUTS) onClose();
  }

  return (
    <>
      <FailureText text={failure} />
      <ul ref={list} id={listId} role="listbox" aria-label={words.found}>
        {found.map((each, index) => (
          <li
            key={each.item.id}
            id={optionId(index)}
            role="option"
            aria-selected={index === chosen}
            onClick={() => choose(each)}
          >
            <Option found={each} />
          </li>
        ))}
      </ul>
      <p role="status" className="visually-hidden">
        {words.count(found.length)}
      </p>
    </>
  );
}

function Option({ found: { item, title } }: { found: FoundItem }) {
  return (
    <>
      {item.userId !== undefined && <Avatar id={item.userId} name={item.title} />}
      {item.roomKind !== undefined && <RoomIcon kind={item.roomKind} />}
      <span className="finder-title" dir="auto">
        {title((part, index) => (
          <mark key={index}>{part}</mark>
        ))}
      </span>
      <span className="finder-detail">{item.detail}</span>
    </>
  );
}

const SHORTCUTS = 'shortcuts';

const commandItem = ({ id, title, run }: LevelCommand): Item => ({
  id,
  kind: 'command',
  title,
  detail: words.command,
  run,
});

function useFound(
  typed: string,
  features: readonly Feature[],
  onListShortcuts: () => void,
): FoundItem[] {
  const store = useStore();
  const { state } = useView();
  const roomId = useParams(roomAddress)?.roomId ?? null;
  usePeopleNamed(typed);
  const items = useMemo((): Item[] => {
    const rooms = roomItems(state, store.service(recentRooms).ids);
    const shortcuts: Item = {
      id: SHORTCUTS,
      kind: 'command',
      title: words.shortcuts,
      detail: words.command,
      run: onListShortcuts,
    };
    const levels = levelCommands(store, state, roomId).map(commandItem);
    return [...rooms, ...personItems(state), ...commandItems(features), ...levels, shortcuts];
  }, [state, store, features, roomId, onListShortcuts]);
  return useMemo(() => [...findItems(typed, items), ...searchFor(typed)], [typed, items]);
}

/** The last resort: a search in the messages. */
function searchFor(typed: string): FoundItem[] {
  const query = typed.trim();
  if (query === '') return [];
  const title = words.searchFor(query);
  const run = () => go(hrefOfSearch(query, null));
  return [{ item: { id: 'search', kind: 'command', title, detail: '', run }, title: () => title }];
}
