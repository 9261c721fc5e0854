import { useState } from 'react';
import { fetchMessageAt } from '../chat/chat-api.js';
import type { Message } from '../chat/message.js';
import { failureOf } from '../http/failure.js';
import { go, roomAddress } from '../page/route.js';

const dayOf = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' });

/** Leads to a day, or to what is nearest, and says where that is. */
export function JumpToDate({ roomId }: { roomId: string }) {
  const [told, setTold] = useState('');
  const [failure, setFailure] = useState<string | null>(null);

  async function jump(day: string) {
    setTold('');
    setFailure(null);
    if (day === '') return;
    // Local midnight: a date by itself would be read as one in UTC.
    const from = new Date(`${day}T00:00`);
    try {
      const message = await fetchMessageAt(roomId, from);
      setTold(wordsFor(from, message));
      if (message) go(roomAddress(roomId, message.seq));
    } catch (error) {
      setFailure(failureOf(error).message);
    }
  }

  return (
    <div className="jump">
      <label>
        Go to <input type="date" onChange={({ target }) => void jump(target.value)} />
      </label>
      <p role="status" className="field-hint">
        {told}
      </p>
      <p role="alert" className="failure">
        {failure}
      </p>
    </div>
  );
}

/** Nothing where it is the day that was asked for. */
function wordsFor(from: Date, message: Message | undefined): string {
  if (!message) return 'Nothing was said here yet.';
  const found = new Date(message.createdAt);
  if (found.toDateString() === from.toDateString()) return '';
  return found > from
    ? `Nothing was said on that day. This is what came next, on ${dayOf.format(found)}.`
    : `Nothing was said since then. This is the last of it, on ${dayOf.format(found)}.`;
}
