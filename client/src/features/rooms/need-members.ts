import { earliestCursor, positionOf } from '@carillon/client/cursor';
import type { AsOf } from '../../store/state.js';
import type { Store } from '../../store/store.js';
import { people, withUsers } from '../people/people.js';
import type { FoundPeople } from '../people/use-people-search.js';
import { type RoomMembers, withFound, withPage } from './members-fold.js';
import type { ListedMember, Member } from './room.js';
import { foldRoomMembers, roomMembers } from './room-members.js';
import {
  findMembers,
  type MembersPage,
  readInvitations,
  readMembers,
  urlOfMembers,
} from './rooms-api.js';

/** Members of one request. */
const PAGE = 200;
/** Smaller rooms are loaded as a whole: their header counts who is online, and their list is in the order of names. */
export const LARGE_ROOM = 1000;

/** Fetches the members of a room, unless they are known: of a large room, the first page. */
export function needMembers(store: Store, roomId: string): void {
  const known = store.partOf(roomMembers).get(roomId);
  if (known) return needRest(store, roomId, known.part);
  void store.fetch(`members of ${roomId}`, () => fetchMembers(store, roomId));
}

function needRest(store: Store, roomId: string, { count }: RoomMembers): void {
  if (count <= LARGE_ROOM) needMoreMembers(store, roomId);
}

/** Fetches the next page of members, if there is one. */
export function needMoreMembers(store: Store, roomId: string): void {
  const url = store.partOf(roomMembers).get(roomId)?.part.rest?.url;
  if (url !== undefined)
    void store.fetch(`members of ${roomId} ${url}`, () => fetchMore(store, roomId, url));
}

async function fetchMembers(store: Store, roomId: string): Promise<void> {
  const { generation } = store;
  const [page, invitations] = await Promise.all([
    readMembers(urlOfMembers(roomId, PAGE)),
    readInvitations(roomId),
  ]);
  if (generation !== store.generation) return;
  const position = positionOf(earliestCursor([page.cursor, invitations.cursor]));
  const part = {
    ...partOfPage(page),
    found: [],
    count: page.count,
    countedAt: positionOf(page.cursor),
    invitations: invitations.body,
  };
  // Events may have arrived during the request. Folding one of them twice is safe.
  const known = store
    .eventsAfter(position)
    .reduce<AsOf<RoomMembers>>((all, event) => foldRoomMembers(all, event, roomId), {
      part,
      position,
    });
  introduce(store, page);
  store.update(roomMembers, (all) => new Map(all).set(roomId, known));
}

async function fetchMore(store: Store, roomId: string, url: string): Promise<void> {
  const { generation } = store;
  const page = await readMembers(url);
  const known = store.partOf(roomMembers).get(roomId);
  if (generation !== store.generation || known?.part.rest?.url !== url) return;
  const events = store.eventsAfter(positionOf(page.cursor));
  const part = withPage(known.part, partOfPage(page), events, roomId);
  introduce(store, page);
  store.update(roomMembers, (all) => new Map(all).set(roomId, { ...known, part }));
}

/** Members found at once. */
const ENOUGH = 20;

/** Finds members by name, also those who are not loaded. */
export async function searchMembers(
  store: Store,
  roomId: string,
  text: string,
  signal: AbortSignal,
): Promise<FoundPeople> {
  const isWanted = () => true;
  const { items, hasMore } = await findMembers(roomId, text, { signal, isWanted, enough: ENOUGH });
  introduce(store, { listed: items });
  const members = items.map(memberOf);
  const known = store.partOf(roomMembers).get(roomId);
  if (known) {
    const part = withFound(known.part, members);
    store.update(roomMembers, (all) => new Map(all).set(roomId, { ...known, part }));
  }
  return { ids: members.map(({ userId }) => userId), hasMore };
}

function partOfPage({ listed, next }: MembersPage): Pick<RoomMembers, 'members' | 'rest'> {
  const members = listed.map(memberOf);
  const floor = members.at(-1)?.userId ?? '';
  return { members, rest: next === null ? null : { url: next, floor } };
}

const memberOf = ({ userId, role, joinedAt }: ListedMember): Member => ({ userId, role, joinedAt });

function introduce(store: Store, { listed }: Pick<MembersPage, 'listed'>): void {
  const users = listed.map(({ user }) => user);
  store.update(people, (known) => withUsers(known, users));
}
