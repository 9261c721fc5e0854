import { useMemo } from 'react';
import { usePart } from '../../store/use-store.js';
import { nameMatcher } from '../people/name-match.js';
import { people, type People } from '../people/people.js';
import { fullName } from '../people/user.js';
import { onlineUsers } from '../presence/presence.js';
import type { RoomMembers } from './members-fold.js';
import type { Member } from './room.js';
import { useFoundMembers } from './use-found-members.js';

interface ShownMembers {
  readonly shown: readonly Member[];
  /** Whether the search has ended. */
  readonly isComplete: boolean;
  /** Whether more members may match than those who are shown. */
  readonly hasMore: boolean;
}

/** The members whose names match: of a room that is loaded as a whole, those who are online first, then by name. */
export function useMembersInOrder(roomId: string, room: RoomMembers, text: string): ShownMembers {
  const isWhole = room.rest === null;
  const found = useFoundMembers(roomId, text, !isWhole);
  const known = usePart(people);
  const online = usePart(onlineUsers);
  const ids = found?.ids ?? none;
  const shown = useMemo(() => {
    const members = text === '' ? room.members : matching(room, { text, found: ids, known });
    return isWhole ? inOrder(members, known, online) : members;
  }, [room, text, ids, known, online, isWhole]);
  return {
    shown,
    isComplete: isWhole || (text !== '' && found !== null),
    hasMore: found?.hasMore ?? false,
  };
}

const none: readonly string[] = [];

interface Search {
  readonly text: string;
  readonly found: readonly string[];
  readonly known: People;
}

function matching(room: RoomMembers, { text, found, known }: Search): readonly Member[] {
  const loaded = new Set(room.members.map(({ userId }) => userId));
  const others = room.found.filter(({ userId }) => !loaded.has(userId));
  const matches = nameMatcher(text);
  return [...room.members, ...others].filter(({ userId }) => {
    const user = known.get(userId);
    return found.includes(userId) || (user !== undefined && matches(user));
  });
}

function inOrder(members: readonly Member[], known: People, online: ReadonlySet<string>) {
  const name = (id: string) => {
    const user = known.get(id);
    return user ? fullName(user) : '';
  };
  return members.toSorted(
    (one, other) =>
      Number(online.has(other.userId)) - Number(online.has(one.userId)) ||
      name(one.userId).localeCompare(name(other.userId)),
  );
}
