import { useState } from 'react';
import {
  MAX_SENT_PASSWORD_LENGTH,
  MAX_SENT_USERNAME_LENGTH,
} from '../../../../src/accounts/password-length.js';
import { lengthMistake } from '../../../../src/http/text.js';
import { cleanUsername } from '../../../../src/users/username.js';
import { mistakesOf } from '../../http/failure.js';
import { useSession } from '../../session/use-session.js';
import { Field } from '../../ui/Field.js';
import { focusOnMount } from '../../ui/focus-on-mount.js';
import { FormCard } from '../../ui/FormCard.js';
import { useSubmit } from '../../ui/use-submit.js';
import { words } from '../../words/words.js';
import { signInWith } from './sign-in.js';

export function SignInForm({ takesFocus }: { takesFocus: boolean }) {
  const session = useSession();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const submission = useSubmit({
    fields: ['username', 'password'],
    problems: { unauthenticated: words.account.wrongCredentials },
    check: () => mistakesIn(username, password),
    send: () => signInWith(session, { username, password }),
  });
  const { fields } = submission.failure;
  return (
    <FormCard
      title={words.account.signIn}
      submission={submission}
      button={words.account.signIn}
      busyButton={words.account.signingIn}
    >
      <Field
        label={words.account.username}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        inputRef={takesFocus ? focusOnMount : undefined}
        value={username}
        error={fields['username']}
        onType={setUsername}
      />
      <Field
        label={words.account.password}
        type="password"
        autoComplete="current-password"
        value={password}
        error={fields['password']}
        onType={setPassword}
      />
    </FormCard>
  );
}

function mistakesIn(username: string, password: string): Record<string, string> {
  const { enterUsername, enterPassword } = words.account;
  return mistakesOf({
    username:
      username.trim() === ''
        ? enterUsername
        : lengthMistake(cleanUsername(username), MAX_SENT_USERNAME_LENGTH),
    password: password === '' ? enterPassword : lengthMistake(password, MAX_SENT_PASSWORD_LENGTH),
  });
}
