import { useEffect, useState, type KeyboardEvent } from 'react';
import { begunMention } from '../../../src/rooms/mentions.js';
import { matches } from '../chat/names.js';
import { useChat, useChatView } from '../page/use-chat.js';
import type { User } from '../users/user.js';

/** As many as fit above the keyboard of a phone. */
const MOST = 6;

interface Options {
  readonly roomId: string;
  readonly text: string;
  readonly caret: number;
  readonly onComplete: (text: string, caret: number) => void;
}

export type Mentions = ReturnType<typeof useMentions>;

/** Offers the members of the room whose name begins with what stands behind the last `@`. */
export function useMentions({ roomId, text, caret, onComplete }: Options) {
  const begun = begunMention(text.slice(0, caret));
  const offered = useOffered(roomId, begun);
  const [chosen, setChosen] = useState(0);
  const [closed, setClosed] = useState(false);
  useEffect(() => {
    setChosen(0);
    setClosed(false);
  }, [begun]);
  const open = offered.length > 0 && !closed;

  function complete({ username = '' }: User) {
    const before = text.slice(0, caret - (begun?.length ?? 0)) + username + ' ';
    onComplete(before + text.slice(caret).replace(/^ /, ''), before.length);
  }

  /** @returns whether the key was meant for the list */
  function onKey(event: KeyboardEvent): boolean {
    const { key } = event;
    const user = offered[chosen];
    if (!open || !user) return false;
    const step = { ArrowDown: 1, ArrowUp: offered.length - 1 }[key];
    if (step !== undefined) setChosen((chosen + step) % offered.length);
    // What is whole already is not completed: the message may end in it.
    else if (key === 'Enter' && user.username === begun) return false;
    else if (key === 'Enter' || key === 'Tab') complete(user);
    else if (key === 'Escape') setClosed(true);
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  return { open, offered, chosen, complete, onKey, close: () => setClosed(true) };
}

function useOffered(roomId: string, begun: string | undefined): readonly User[] {
  const chat = useChat();
  const { state } = useChatView();
  const asked = begun !== undefined;
  useEffect(() => {
    if (asked) chat.needMembers(roomId);
  }, [chat, roomId, asked]);
  if (begun === undefined) return [];
  const members = state.members.get(roomId)?.part.members ?? [];
  return members
    .filter(({ userId }) => userId !== state.me)
    .map(({ userId }) => state.people.get(userId))
    .filter((user) => user?.username !== undefined)
    .filter((user) => matches(user!, begun))
    .slice(0, MOST) as User[];
}
