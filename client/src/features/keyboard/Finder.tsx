import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
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
import { Dialog } from '../../ui/Dialog.js';
import { findItems, type FoundItem } from './find-items.js';
import { commandItems, type Item, personItems, roomItems } from './finder-items.js';
import { FinderInput } from './FinderInput.js';
import { keyboardWords as words } from './keyboard.words.js';
import { recentRooms } from './recent-rooms.js';
import { usePeopleNamed } from './use-people-named.js';

interface FinderProps {
  features: readonly Feature[];
  onClose: () => void;
  onListShortcuts: () => void;
}

/** Finds rooms, people and commands, and goes there. */
export function Finder({ features, onClose, onListShortcuts }: FinderProps) {
  const [typed, setTyped] = useState('');
  const found = useFound(typed, features, onListShortcuts);
  const [chosen, setChosen] = useState(0);
  const { failure, attempt } = useAttempt();
  const list = useRef<HTMLUListElement>(null);
  const id = useId();
  const optionId = (index: number) => `${id}-${index}`;
  useEffect(() => list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' }), [chosen]);

  function choose({ item }: FoundItem): void {
    const done = item.run();
    if (done) attempt(done.then(onClose));
    else if (item.id !== SHORTCUTS) onClose();
  }

  function onKeyDown(event: KeyboardEvent): void {
    const { key, nativeEvent } = event;
    if (nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: found.length - 1 }[key];
    const picked = found[chosen];
    if (step !== undefined && found.length > 0) setChosen((chosen + step) % found.length);
    else if (key === 'Enter' && picked) choose(picked);
    else return;
    event.preventDefault();
  }

  return (
    <Dialog label={words.finder} className="finder" onClose={onClose}>
      <FinderInput
        listId={id}
        optionId={found.length > 0 ? optionId(chosen) : null}
        typed={typed}
        onType={(text) => {
          setTyped(text);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
      />
      <FailureText text={failure} />
      <ul ref={list} id={id} role="listbox" aria-label={words.found}>
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
    </Dialog>
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
