import { useState } from 'react';
import { FailureText } from '../../ui/FailureText.js';
import { Field } from '../../ui/Field.js';
import { useSubmit } from '../../ui/use-submit.js';
import { words } from '../../words/words.js';
import { roomNameMistakes, topicMistakes } from './room-name-mistakes.js';
import type { Room } from './room.js';
import { updateRoom } from './rooms-api.js';

/** What an owner can change. */
export function RoomSettings({ room }: { room: Room }) {
  return (
    <div className="settings">
      <Rename room={room} />
      <Topic room={room} />
      <Archive room={room} />
    </div>
  );
}

function Rename({ room }: { room: Room }) {
  const [name, setName] = useState(room.name ?? '');
  const { form, failure, busy, onSubmit } = useSubmit({
    fields: ['name'],
    check: () => roomNameMistakes(name),
    send: () => updateRoom(room.id, { name }),
  });
  return (
    <form ref={form} aria-label={words.rooms.renameRoom} noValidate onSubmit={onSubmit}>
      <Field
        label={words.rooms.roomName}
        value={name}
        error={failure.fields['name']}
        onType={setName}
      />
      <FailureText text={failure.message} />
      <button type="submit" aria-disabled={busy}>
        {words.rooms.rename}
      </button>
    </form>
  );
}

function Topic({ room }: { room: Room }) {
  const [topic, setTopic] = useState(room.topic ?? '');
  const { form, failure, busy, onSubmit } = useSubmit({
    fields: ['topic'],
    check: () => topicMistakes(topic),
    send: () => updateRoom(room.id, { topic: topic.trim() === '' ? null : topic }),
  });
  return (
    <form ref={form} aria-label={words.rooms.changeTopic} noValidate onSubmit={onSubmit}>
      <Field
        label={words.rooms.topic}
        hint={words.rooms.topicHint}
        value={topic}
        error={failure.fields['topic']}
        onType={setTopic}
      />
      <FailureText text={failure.message} />
      <button type="submit" aria-disabled={busy}>
        {words.rooms.saveTopic}
      </button>
    </form>
  );
}

function Archive({ room }: { room: Room }) {
  const isArchived = room.archivedAt !== null;
  const { failure, busy, onSubmit } = useSubmit({
    send: () => updateRoom(room.id, { archived: !isArchived }),
  });
  return (
    <form aria-label={words.rooms.archiveRoom} onSubmit={onSubmit}>
      <FailureText text={failure.message} />
      <button type="submit" aria-disabled={busy}>
        {isArchived ? words.rooms.reopen : words.rooms.archive}
      </button>
    </form>
  );
}
