import { useEffect, useState, type KeyboardEvent } from 'react';
import { begunMention } from '../../../../src/rooms/messages/mentions.js';
import { RESERVED_USERNAME } from '../../../../src/users/username.js';
import { partOf } from '../../store/state.js';
import { useSelected, useStore } from '../../store/use-store.js';
import { useEveryone } from '../levels/mention-all.js';
import { people, type People } from '../people/people.js';
import { suggestions } from '../people/suggestions.js';
import type { User } from '../people/user.js';
import { membershipIn } from '../rooms/memberships.js';
import { needMembers } from '../rooms/need-members.js';
import { roomMembers } from '../rooms/room-members.js';
import { useFoundMembers } from '../rooms/use-found-members.js';

/** The number of names that fit above the keyboard of a phone. */
const MAX_SUGGESTIONS = 6;

interface Options {
  readonly roomId: string;
  readonly text: string;
  readonly caret: number;
  /** Whether the message is not posted yet. */
  readonly isNew: boolean;
  readonly onComplete: (text: string, caret: number) => void;
}

/** A member, or everyone. */
type Offer =
  | { readonly username: string; readonly user: User }
  | { readonly username: string; readonly user: null; readonly count: number };

export type Mentions = ReturnType<typeof useMentions>;

/** Offers the members of the room whose name starts with the text after the last `@`. */
export function useMentions({ roomId, text, caret, isNew, onComplete }: Options) {
  const begun = begunMention(text.slice(0, caret));
  const users = useOffered(roomId, begun);
  const all = useOfferOfAll(roomId, begun, isNew);
  const offered = withAll(users, all, begun);
  const [chosen, setChosen] = useState(0);
  const [closed, setClosed] = useState(false);
  useEffect(() => {
    setChosen(0);
    setClosed(false);
  }, [begun]);
  const open = offered.length > 0 && !closed;

  function complete({ username }: Offer) {
    const before = text.slice(0, caret - (begun?.length ?? 0)) + username + ' ';
    onComplete(before + text.slice(caret).replace(/^ /, ''), before.length);
  }

  /** @returns whether the list used the key */
  function onKey(event: KeyboardEvent): boolean {
    const { key } = event;
    const offer = offered[chosen];
    if (!open || !offer) return false;
    const step = { ArrowDown: 1, ArrowUp: offered.length - 1 }[key];
    if (step !== undefined) setChosen((chosen + step) % offered.length);
    // A complete name is not completed: the message may end with it.
    else if (key === 'Enter' && offer.username === begun) return false;
    else if (key === 'Enter' || key === 'Tab') complete(offer);
    else if (key === 'Escape') setClosed(true);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  return { open, offered, chosen, complete, onKey, close: () => setClosed(true) };
}

function useOffered(roomId: string, begun: string | undefined): readonly User[] {
  const store = useStore();
  const asked = begun !== undefined;
  useEffect(() => {
    if (asked) needMembers(store, roomId);
  }, [store, roomId, asked]);
  const room = useSelected(({ state }) => partOf(state, roomMembers).get(roomId)?.part);
  const known = useSelected(({ state }) => (asked ? partOf(state, people) : nobody));
  const found = useFoundMembers(
    roomId,
    begun ?? '',
    asked && room !== undefined && room.rest !== null,
  );
  if (begun === undefined || !room) return [];
  const members = room.members.map(({ userId }) => known.get(userId));
  return suggestions({
    text: begun,
    known: members.filter((user) => user !== undefined),
    found: found?.ids ?? [],
    people: known,
    isOffered: ({ id, username }) => username !== undefined && id !== store.me,
    most: MAX_SUGGESTIONS,
  });
}

/** Everyone, where the user may mention them. An edit does not add the mention in a large room. */
function useOfferOfAll(roomId: string, begun: string | undefined, isNew: boolean): Offer | null {
  const { count, allowed } = useEveryone(roomId);
  const isDirect = useSelected(({ state }) => membershipIn(state, roomId)?.room.kind === 'direct');
  const isOffered = allowed === 'anyone' || (allowed === 'confirmed' && isNew);
  if (begun === undefined || count === null || isDirect || !isOffered) return null;
  return RESERVED_USERNAME.startsWith(begun)
    ? { username: RESERVED_USERNAME, user: null, count }
    : null;
}

/** Everyone comes last, unless the whole word is typed. */
function withAll(users: readonly User[], all: Offer | null, begun: string | undefined): Offer[] {
  const offers = users.map((user): Offer => ({ username: user.username ?? '', user }));
  if (all === null) return offers;
  return begun === all.username ? [all, ...offers] : [...offers.slice(0, MAX_SUGGESTIONS - 1), all];
}

const nobody: People = new Map();
