import { useState } from 'react';
import { passwordLengthMistake } from '../../../src/accounts/password-length.js';
import { cleanName, nameMistake } from '../../../src/http/name-rules.js';
import { usernameMistake } from '../../../src/users/username.js';
import { mistakesOf } from '../http/failure.js';
import { hasStatus } from '../http/problem.js';
import { Field } from '../page/Field.js';
import { useSubmit } from '../page/use-submit.js';
import { signUp } from './session-api.js';
import type { SessionStore } from './session-store.js';

const NOBODY = { username: '', password: '', firstname: '', lastname: '' };
const FIELDS = ['username', 'password', 'firstname', 'lastname'];

export function SignUpForm({ session }: { session: SessionStore }) {
  const [account, setAccount] = useState(NOBODY);
  const { form, failure, busy, onSubmit } = useSubmit(FIELDS, create, () => mistakesIn(account));

  async function create() {
    const { firstname, lastname, ...credentials } = account;
    const names = { ...(firstname.trim() && { firstname }), ...(lastname.trim() && { lastname }) };
    try {
      await signUp({ ...credentials, ...names });
    } catch (error) {
      // The answer to a first try may have got lost: then it is the own account that is in the way.
      if (!hasStatus(error, 409)) throw error;
      return session.signIn(credentials).catch(() => Promise.reject(error));
    }
    await session.signIn(credentials);
  }
  const type = (name: keyof typeof account) => ({
    value: account[name],
    error: failure.fields[name],
    onType: (value: string) => setAccount({ ...account, [name]: value }),
  });
  return (
    <form ref={form} className="card" aria-labelledby="sign-up" noValidate onSubmit={onSubmit}>
      <h2 id="sign-up">Create an account</h2>
      <Field
        {...type('username')}
        label="Username"
        hint="What others mention you by."
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
      />
      <Field
        {...type('password')}
        label="Password"
        hint="At least 8 characters."
        type="password"
        autoComplete="new-password"
      />
      <div className="fields">
        <Field {...type('firstname')} label="First name" autoComplete="given-name" />
        <Field {...type('lastname')} label="Last name" autoComplete="family-name" />
      </div>
      <p role="alert" className="failure">
        {failure.message}
      </p>
      <button type="submit" className="button-primary" aria-disabled={busy}>
        {busy ? 'Creating…' : 'Create account'}
      </button>
    </form>
  );
}

function mistakesIn({ username, password, firstname, lastname }: typeof NOBODY) {
  const names = { firstname: cleanName(firstname), lastname: cleanName(lastname) };
  return mistakesOf({
    username: usernameMistake(username),
    password: passwordLengthMistake(password),
    ...(names.firstname && { firstname: nameMistake(names.firstname) }),
    ...(names.lastname && { lastname: nameMistake(names.lastname) }),
  });
}
