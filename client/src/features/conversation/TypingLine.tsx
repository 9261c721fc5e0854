import { useEffect, useState } from 'react';
import { usePart, useView } from '../../store/use-store.js';
import { Rich } from '../../ui/Rich.js';
import { words } from '../../words/words.js';
import { nameOf } from '../people/people.js';
import { useNeededPeople } from '../people/use-name.js';
import { typingUsers } from './typing.js';

export function TypingLine({ roomId }: { roomId: string }) {
  const { state } = useView();
  const typing = useTyping(roomId);
  useNeededPeople(typing);
  const names = typing.map((userId) => nameOf(state, userId));
  return (
    <p className="typing-line" role="status">
      <Rich
        text={words.conversation.typing(names)}
        values={{ one: <bdi>{names[0]}</bdi>, other: <bdi>{names[1]}</bdi> }}
      />
    </p>
  );
}

/** Those who are typing now; the stream does not report that somebody has stopped. */
function useTyping(roomId: string): string[] {
  const room = usePart(typingUsers).get(roomId);
  const [now, setNow] = useState(Date.now);
  const typing = [...(room ?? [])].filter(([, until]) => until > now);
  const next = Math.min(...typing.map(([, until]) => until));
  useEffect(() => {
    setNow(Date.now());
    if (next === Infinity) return;
    const timer = setTimeout(() => setNow(Date.now()), next - Date.now());
    return () => clearTimeout(timer);
  }, [room, next]);
  return typing.map(([userId]) => userId);
}
