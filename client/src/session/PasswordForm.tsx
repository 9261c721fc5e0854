import { useState } from 'react';
import {
  LONGEST_SENT_PASSWORD,
  passwordLengthMistake,
} from '../../../src/accounts/password-length.js';
import { lengthMistake } from '../../../src/http/text.js';
import { mistakesOf } from '../http/failure.js';
import { Field } from '../page/Field.js';
import { useSubmit } from '../page/use-submit.js';
import type { SessionStore } from './session-store.js';

const NOTHING = { current: '', password: '' };

export function PasswordForm({ session }: { session: SessionStore }) {
  const [typed, setTyped] = useState(NOTHING);
  const [told, setTold] = useState('');
  const { form, failure, busy, onSubmit } = useSubmit(['current', 'password'], change, () =>
    mistakesOf({
      current: lengthMistake(typed.current, LONGEST_SENT_PASSWORD),
      password: passwordLengthMistake(typed.password),
    }),
  );

  async function change() {
    setTold('');
    await session.changePassword(typed);
    setTyped(NOTHING);
    setTold('Changed. You are signed out everywhere else.');
  }

  return (
    <form ref={form} className="card" aria-labelledby="my-password" noValidate onSubmit={onSubmit}>
      <h2 id="my-password">Your password</h2>
      <div className="fields">
        <Field
          label="Password until now"
          type="password"
          autoComplete="current-password"
          value={typed.current}
          error={failure.fields['current']}
          onType={(current) => setTyped({ ...typed, current })}
        />
        <Field
          label="New password"
          type="password"
          autoComplete="new-password"
          value={typed.password}
          error={failure.fields['password']}
          onType={(password) => setTyped({ ...typed, password })}
        />
      </div>
      <p role="alert" className="failure">
        {failure.message}
      </p>
      <div className="actions">
        <button type="submit" className="button-primary" aria-disabled={busy}>
          Change
        </button>
        <span role="status">{told}</span>
      </div>
    </form>
  );
}
