import { useState } from 'react';
import { uuid } from '../../http/uuid.js';
import { go } from '../../shell/address.js';
import { useStore } from '../../store/use-store.js';
import { Field } from '../../ui/Field.js';
import { FormCard } from '../../ui/FormCard.js';
import { useAttempt } from '../../ui/use-attempt.js';
import { useSubmit } from '../../ui/use-submit.js';
import { words } from '../../words/words.js';
import { PersonPicker } from '../people/PersonPicker.js';
import { hrefOfRoom } from './room-address.js';
import { roomNameMistakes } from './room-name-mistakes.js';
import { createRoom, openDirect } from './rooms-api.js';

export function NewRoomBody() {
  return (
    <>
      <NewRoomForm />
      <DirectCard />
    </>
  );
}

function NewRoomForm() {
  const [name, setName] = useState('');
  const [kind, setKind] = useState<'public' | 'private'>('public');
  const [key, setKey] = useState(uuid);
  const submission = useSubmit({
    fields: ['name'],
    check: () => roomNameMistakes(name),
    send: async () => {
      const room = await createRoom(kind, name, key);
      go(hrefOfRoom(room.id));
    },
  });
  // A new key: an earlier request without a response may have created the room as it was typed before.
  const change = (to: () => void) => {
    to();
    setKey(uuid());
  };
  return (
    <FormCard title={words.rooms.newRoom} submission={submission} button={words.rooms.create}>
      <Field
        label={words.rooms.name}
        autoComplete="off"
        value={name}
        error={submission.failure.fields['name']}
        onType={(next) => change(() => setName(next))}
      />
      <fieldset className="choice">
        <legend>{words.rooms.whoCanJoin}</legend>
        <Choice
          label={words.rooms.everyone}
          isOn={kind === 'public'}
          onPick={() => change(() => setKind('public'))}
        />
        <Choice
          label={words.rooms.onlyInvited}
          isOn={kind === 'private'}
          onPick={() => change(() => setKind('private'))}
        />
      </fieldset>
    </FormCard>
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
  const { me } = useStore();
  const { failure, attempt } = useAttempt();
  const open = (userId: string) => openDirect(userId).then(({ id }) => go(hrefOfRoom(id)));
  return (
    <section className="card" aria-labelledby="direct">
      <h2 id="direct">{words.rooms.newDirect}</h2>
      <PersonPicker
        label={words.rooms.person}
        action={words.rooms.message}
        without={[me]}
        onPick={(userId) => attempt(open(userId))}
        failure={failure}
      />
    </section>
  );
}
