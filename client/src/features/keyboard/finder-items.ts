import { go } from '../../shell/address.js';
import type { Feature } from '../../shell/feature.js';
import { partOf, type State } from '../../store/state.js';
import { words } from '../../words/words.js';
import { people } from '../people/people.js';
import { fullName } from '../people/user.js';
import { memberships } from '../rooms/memberships.js';
import { otherOf, titleOf } from '../rooms/names.js';
import type { Kind, Membership } from '../rooms/room.js';
import { inOrderOfList } from '../room-list/room-groups.js';
import { hrefOfRoom } from '../rooms/room-address.js';
import { openDirect } from '../rooms/rooms-api.js';
import { keyboardWords } from './keyboard.words.js';

/** What the finder offers. */
export interface Item {
  readonly id: string;
  readonly kind: 'room' | 'person' | 'command';
  readonly title: string;
  readonly detail: string;
  /** The user of a direct conversation, or the kind of a room. */
  readonly userId?: string;
  readonly roomKind?: Kind;
  readonly run: () => Promise<void> | void;
}

/** The user's rooms, the recently opened first, then in the order of the list. The open room comes last. */
export function roomItems(state: State, recent: readonly string[]): Item[] {
  const [open, ...others] = recent;
  const placeOf = (id: string): number => {
    if (id === open) return Infinity;
    const place = others.indexOf(id);
    return place === -1 ? others.length : place;
  };
  return inOrderOfList(partOf(state, memberships))
    .toSorted((one, other) => compare(placeOf(one.room.id), placeOf(other.room.id)))
    .map((mine) => roomItem(state, mine));
}

function roomItem(state: State, mine: Membership): Item {
  const userId = otherOf(mine, state.me);
  const username = userId === null ? undefined : partOf(state, people).get(userId)?.username;
  return {
    id: mine.room.id,
    kind: 'room',
    title: titleOf(state, mine),
    detail: username === undefined ? '' : words.people.username(username),
    ...(userId === null ? { roomKind: mine.room.kind } : { userId }),
    run: () => go(hrefOfRoom(mine.room.id)),
  };
}

/** Users with whom there is no conversation yet. */
export function personItems(state: State): Item[] {
  const known = new Set(partOf(state, memberships).map((mine) => otherOf(mine, state.me)));
  return Array.from(partOf(state, people).values())
    .filter(({ id, username }) => username !== undefined && id !== state.me && !known.has(id))
    .map((user) => ({
      id: user.id,
      kind: 'person',
      userId: user.id,
      title: fullName(user).trim(),
      detail: words.people.username(user.username!),
      run: async () => go(hrefOfRoom((await openDirect(user.id)).id)),
    }));
}

/** The pages of the features. */
export function commandItems(features: readonly Feature[]): Item[] {
  const paths = new Set(
    features.flatMap(({ routes = [] }) => routes.map((each) => each.address.path)),
  );
  const own = [
    { path: 'profile', label: words.account.profile },
    { path: 'sessions', label: words.account.signIns },
  ];
  return [...features.flatMap(({ navigation = [] }) => navigation), ...own]
    .filter(({ path }) => paths.has(path))
    .map(({ path, label }) => ({
      id: path,
      kind: 'command',
      title: label,
      detail: keyboardWords.command,
      run: () => go(`#/${path}`),
    }));
}

const compare = (one: number, other: number): number => (one === other ? 0 : one - other);
