import { useState } from 'react';
import { goWithPanel } from '../../shell/panel.js';
import { FailureText } from '../../ui/FailureText.js';
import { useAttempt } from '../../ui/use-attempt.js';
import { words } from '../../words/words.js';
import type { Message } from '../rooms/message.js';
import { hrefOfRoom } from '../rooms/room-address.js';
import { fetchMessageAt } from './messages-api.js';

/** Opens the first message of a day, or the nearest one, and says so. */
export function JumpToDate({ roomId }: { roomId: string }) {
  const [note, setNote] = useState('');
  const { failure, attempt } = useAttempt();

  async function jump(day: string) {
    setNote('');
    if (day === '') return;
    // Local midnight: a date alone would be parsed as UTC.
    const from = new Date(`${day}T00:00`);
    const message = await fetchMessageAt(roomId, from);
    setNote(noteOn(from, message));
    if (message) goWithPanel(hrefOfRoom(roomId, message.seq));
  }

  return (
    <div className="jump">
      <label>
        {words.conversation.goTo}{' '}
        <input
          type="date"
          onChange={({ target }) => attempt(jump(target.value))}
          onKeyDown={({ key, currentTarget }) => {
            if (key === 'Enter') attempt(jump(currentTarget.value));
          }}
        />
      </label>
      <p role="status" className="field-hint">
        {note}
      </p>
      <FailureText text={failure} />
    </div>
  );
}

/** Empty if the message is from the requested day. */
function noteOn(from: Date, message: Message | undefined): string {
  if (!message) return words.conversation.empty;
  const found = new Date(message.createdAt);
  if (found.toDateString() === from.toDateString()) return '';
  const day = words.dates.longDay(found);
  return found > from ? words.conversation.nothingOnDay(day) : words.conversation.nothingSince(day);
}
