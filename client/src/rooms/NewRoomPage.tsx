import { useState } from 'react';
import { cleanName, nameMistake } from '../../../src/http/name-rules.js';
import { LONGEST_ROOM_NAME } from '../../../src/rooms/lengths.js';
import { createRoom, openDirect } from '../chat/chat-api.js';
import { failureOf, mistakesOf } from '../http/failure.js';
import { uuid } from '../http/uuid.js';
import { Field } from '../page/Field.js';
import { PaneHead } from '../page/PaneHead.js';
import { go, roomAddress } from '../page/route.js';
import { useChat } from '../page/use-chat.js';
import { useSubmit } from '../page/use-submit.js';
import { PersonPicker } from './PersonPicker.js';

export function NewRoomPage() {
  return (
    <>
      <PaneHead title="New conversation" />
      <div className="pane-body">
        <NewRoomForm />
        <DirectCard />
      </div>
    </>
  );
}

function NewRoomForm() {
  const [name, setName] = useState('');
  const [kind, setKind] = useState<'public' | 'private'>('public');
  const [key, setKey] = useState(uuid);
  const { form, failure, busy, onSubmit } = useSubmit(
    ['name'],
    async () => {
      const room = await createRoom(kind, name, key);
      go(roomAddress(room.id));
    },
    () => mistakesOf({ name: nameMistake(cleanName(name), LONGEST_ROOM_NAME) }),
  );
  // Another room than the one that may have been made by a request whose answer was lost.
  const change = (to: () => void) => {
    to();
    setKey(uuid());
  };
  return (
    <form ref={form} className="card" aria-labelledby="new-room" noValidate onSubmit={onSubmit}>
      <h2 id="new-room">A room</h2>
      <Field
        label="Name"
        autoComplete="off"
        value={name}
        error={failure.fields['name']}
        onType={(next) => change(() => setName(next))}
      />
      <fieldset className="choice">
        <legend>Who may join</legend>
        <Choice
          label="Everybody"
          isOn={kind === 'public'}
          onPick={() => change(() => setKind('public'))}
        />
        <Choice
          label="Only who is invited"
          isOn={kind === 'private'}
          onPick={() => change(() => setKind('private'))}
        />
      </fieldset>
      <p role="alert" className="failure">
        {failure.message}
      </p>
      <button type="submit" className="button-primary" aria-disabled={busy}>
        Make the room
      </button>
    </form>
  );
}

function Choice({ label, isOn, onPick }: { label: string; isOn: boolean; onPick: () => void }) {
  return (
    <label>
      <input type="radio" name="kind" checked={isOn} onChange={onPick} /> {label}
    </label>
  );
}

function DirectCard() {
  const { me } = useChat();
  const [failure, setFailure] = useState<string | null>(null);
  const open = (userId: string) =>
    openDirect(userId).then(
      ({ id }) => go(roomAddress(id)),
      (error: unknown) => setFailure(failureOf(error).message),
    );
  return (
    <section className="card" aria-labelledby="direct">
      <h2 id="direct">A person</h2>
      <PersonPicker
        label="Talk to"
        action="Message"
        without={[me]}
        onPick={(userId) => void open(userId)}
      />
      <p role="alert" className="failure">
        {failure}
      </p>
    </section>
  );
}
