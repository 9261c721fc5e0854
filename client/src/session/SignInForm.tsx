import { useState } from 'react';
import {
  LONGEST_SENT_PASSWORD,
  LONGEST_SENT_USERNAME,
} from '../../../src/accounts/password-length.js';
import { lengthMistake } from '../../../src/http/text.js';
import { cleanUsername } from '../../../src/users/username.js';
import { mistakesOf } from '../http/failure.js';
import { Field } from '../page/Field.js';
import { useSubmit } from '../page/use-submit.js';
import type { SessionStore } from './session-store.js';

export function SignInForm({ session }: { session: SessionStore }) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const { form, failure, busy, onSubmit } = useSubmit(
    ['username', 'password'],
    () => session.signIn({ username, password }),
    () =>
      mistakesOf({
        username:
          username.trim() === ''
            ? 'Enter your username.'
            : lengthMistake(cleanUsername(username), LONGEST_SENT_USERNAME),
        password:
          password === '' ? 'Enter your password.' : lengthMistake(password, LONGEST_SENT_PASSWORD),
      }),
  );
  return (
    <form ref={form} className="card" aria-labelledby="sign-in" noValidate onSubmit={onSubmit}>
      <h2 id="sign-in">Sign in</h2>
      <Field
        label="Username"
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        autoFocus
        value={username}
        error={failure.fields['username']}
        onType={setUsername}
      />
      <Field
        label="Password"
        type="password"
        autoComplete="current-password"
        value={password}
        error={failure.fields['password']}
        onType={setPassword}
      />
      <p role="alert" className="failure">
        {failure.message}
      </p>
      <button type="submit" className="button-primary" aria-disabled={busy}>
        {busy ? 'Signing in…' : 'Sign in'}
      </button>
    </form>
  );
}
