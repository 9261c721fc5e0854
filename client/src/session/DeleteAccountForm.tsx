import { useState } from 'react';
import {
  LONGEST_SENT_PASSWORD,
  LONGEST_SENT_USERNAME,
} from '../../../src/accounts/password-length.js';
import { lengthMistake } from '../../../src/http/text.js';
import { mistakesOf } from '../http/failure.js';
import { Field } from '../page/Field.js';
import { useSubmit } from '../page/use-submit.js';
import type { SessionStore } from './session-store.js';
import type { CurrentSession } from './session.js';

const PASSWORD = {
  name: 'password',
  missing: 'Enter your password.',
  longest: LONGEST_SENT_PASSWORD,
  input: { label: 'Your password', type: 'password', autoComplete: 'current-password' },
};

const USERNAME = {
  name: 'confirm',
  missing: 'Enter your username.',
  longest: LONGEST_SENT_USERNAME,
  input: { label: 'Your username', autoComplete: 'off', autoCapitalize: 'none' },
};

interface DeleteAccountFormProps {
  session: SessionStore;
  who: CurrentSession;
}

/** Asks for the password or, where another issuer signs its user in, for the username: it cannot be undone. */
export function DeleteAccountForm({ session, who }: DeleteAccountFormProps) {
  const confirmation = who.session ? PASSWORD : USERNAME;
  const [given, setGiven] = useState('');
  const [withMessages, setWithMessages] = useState(false);
  const { form, failure, busy, onSubmit } = useSubmit(
    [confirmation.name],
    () =>
      session.deleteAccount({
        ...(who.session ? { password: given } : { confirm: given }),
        messages: withMessages ? 'delete' : 'keep',
      }),
    () =>
      mistakesOf({
        [confirmation.name]:
          given === '' ? confirmation.missing : lengthMistake(given, confirmation.longest),
      }),
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
          {...confirmation.input}
          value={given}
          error={failure.fields[confirmation.name]}
          onType={setGiven}
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
