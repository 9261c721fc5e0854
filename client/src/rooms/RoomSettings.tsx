import { useState } from 'react';
import { cleanName, nameMistake } from '../../../src/http/name-rules.js';
import { LONGEST_ROOM_NAME } from '../../../src/rooms/lengths.js';
import { updateRoom } from '../chat/chat-api.js';
import type { Room } from '../chat/room.js';
import { mistakesOf } from '../http/failure.js';
import { Field } from '../page/Field.js';
import { useSubmit } from '../page/use-submit.js';

/** What an owner decides on. */
export function RoomSettings({ room }: { room: Room }) {
  const [name, setName] = useState(room.name ?? '');
  const isArchived = room.archivedAt !== null;
  const { form, failure, busy, onSubmit } = useSubmit(
    ['name'],
    () => updateRoom(room.id, { name }),
    () => mistakesOf({ name: nameMistake(cleanName(name), LONGEST_ROOM_NAME) }),
  );
  const archive = useSubmit([], () => updateRoom(room.id, { archived: !isArchived }));
  return (
    <div className="settings">
      <form ref={form} aria-label="Rename the room" noValidate onSubmit={onSubmit}>
        <Field
          label="Name of the room"
          value={name}
          error={failure.fields['name']}
          onType={setName}
        />
        <p role="alert" className="failure">
          {failure.message}
        </p>
        <button type="submit" aria-disabled={busy}>
          Rename
        </button>
      </form>
      <form aria-label="Archive the room" onSubmit={archive.onSubmit}>
        <p role="alert" className="failure">
          {archive.failure.message}
        </p>
        <button type="submit" aria-disabled={archive.busy}>
          {isArchived ? 'Open it again' : 'Archive'}
        </button>
      </form>
    </div>
  );
}
