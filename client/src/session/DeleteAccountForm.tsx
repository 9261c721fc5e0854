import { useState } from 'react';
import { Field } from '../page/Field.js';
import { useSubmit } from '../page/use-submit.js';
import type { SessionStore } from './session-store.js';

/** Asks for the password, since it cannot be undone. */
export function DeleteAccountForm({ session }: { session: SessionStore }) {
  const [password, setPassword] = useState('');
  const [withMessages, setWithMessages] = useState(false);
  const { form, failure, busy, onSubmit } = useSubmit(
    ['password'],
    () => session.deleteAccount({ password, messages: withMessages ? 'delete' : 'keep' }),
    () => (password === '' ? { password: 'Enter your password.' } : {}),
  );
  return (
    <form
      ref={form}
      className="card"
      aria-labelledby="delete-account"
      noValidate
      onSubmit={onSubmit}
    >
      <h2 id="delete-account">Delete your account</h2>
      <p>
        Your name and everything stored about you is erased, and you are signed out everywhere. This
        cannot be undone.
      </p>
      <div className="fields">
        <Field
          label="Your password"
          type="password"
          autoComplete="current-password"
          value={password}
          error={failure.fields['password']}
          onType={setPassword}
        />
      </div>
      <label className="check">
        <input
          type="checkbox"
          checked={withMessages}
          onChange={(event) => setWithMessages(event.target.checked)}
        />{' '}
        Delete my messages, too. Otherwise they stay, under the name “Deleted user”.
      </label>
      <p role="alert" className="failure">
        {failure.message}
      </p>
      <div className="actions">
        <button type="submit" className="button-danger" aria-disabled={busy}>
          Delete my account
        </button>
      </div>
    </form>
  );
}
