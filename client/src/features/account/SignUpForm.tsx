import { useState } from 'react';
import { passwordLengthMistake } from '../../../../src/accounts/password-length.js';
import { cleanName, nameMistake } from '../../../../src/http/name-rules.js';
import { usernameMistake } from '../../../../src/users/username.js';
import { mistakesOf, ShownError } from '../../http/failure.js';
import { hasStatus } from '../../http/problem.js';
import { signUp } from '../../session/session-api.js';
import type { SessionStore } from '../../session/session-store.js';
import { useSession } from '../../session/use-session.js';
import { Field } from '../../ui/Field.js';
import { focusOnMount } from '../../ui/focus-on-mount.js';
import { FormCard } from '../../ui/FormCard.js';
import { useSubmit } from '../../ui/use-submit.js';
import { words } from '../../words/words.js';
import { NameFields } from '../people/NameFields.js';
import { signInWith } from './sign-in.js';

const NOTHING = { username: '', password: '', firstname: '', lastname: '' };

export function SignUpForm() {
  const session = useSession();
  const [account, setAccount] = useState(NOTHING);
  const submission = useSubmit({
    fields: Object.keys(NOTHING),
    check: () => mistakesIn(account),
    send: () => create(session, account),
  });
  const { fields } = submission.failure;
  const field = (name: 'username' | 'password') => ({
    value: account[name],
    error: fields[name],
    onType: (value: string) => setAccount({ ...account, [name]: value }),
  });
  return (
    <FormCard
      title={words.account.createAccount}
      submission={submission}
      button={words.account.create}
      busyButton={words.account.creating}
    >
      <Field
        {...field('username')}
        label={words.account.username}
        hint={words.account.usernameHint}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
        inputRef={focusOnMount}
      />
      <Field
        {...field('password')}
        label={words.account.password}
        hint={words.account.passwordHint}
        type="password"
        autoComplete="new-password"
      />
      <NameFields
        names={account}
        errors={fields}
        isOwn
        onType={(names) => setAccount({ ...account, ...names })}
      />
    </FormCard>
  );
}

async function create(session: SessionStore, account: typeof NOTHING): Promise<void> {
  const { firstname, lastname, ...credentials } = account;
  const names = { ...(firstname.trim() && { firstname }), ...(lastname.trim() && { lastname }) };
  try {
    await signUp({ ...credentials, ...names });
  } catch (error) {
    // The response to an earlier attempt may have been lost: then the account is the user's own.
    if (!hasStatus(error, 409)) throw error;
    return signInWith(session, credentials).catch((reason: unknown) => {
      throw reason instanceof ShownError ? reason : error;
    });
  }
  await signInWith(session, credentials);
}

function mistakesIn({ username, password, firstname, lastname }: typeof NOTHING) {
  const names = { firstname: cleanName(firstname), lastname: cleanName(lastname) };
  return mistakesOf({
    username: usernameMistake(username),
    password: passwordLengthMistake(password),
    ...(names.firstname && { firstname: nameMistake(names.firstname) }),
    ...(names.lastname && { lastname: nameMistake(names.lastname) }),
  });
}
