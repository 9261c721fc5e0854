import { useState } from 'react';
import {
  MAX_SENT_PASSWORD_LENGTH,
  MAX_SENT_USERNAME_LENGTH,
} from '../../../../src/accounts/password-length.js';
import { lengthMistake } from '../../../../src/http/text.js';
import { mistakesOf } from '../../http/failure.js';
import { forget } from '../../session/forget.js';
import { deleteAccount } from '../../session/session-api.js';
import { useCurrentSession, useSession } from '../../session/use-session.js';
import { Field } from '../../ui/Field.js';
import { FormCard } from '../../ui/FormCard.js';
import { useSubmit } from '../../ui/use-submit.js';
import { words } from '../../words/words.js';

const PASSWORD = {
  name: 'password',
  missing: words.account.enterPassword,
  longest: MAX_SENT_PASSWORD_LENGTH,
  input: {
    label: words.account.confirmPassword,
    type: 'password',
    autoComplete: 'current-password',
  },
};

const USERNAME = {
  name: 'confirm',
  missing: words.account.enterUsername,
  longest: MAX_SENT_USERNAME_LENGTH,
  input: { label: words.account.confirmUsername, autoComplete: 'off', autoCapitalize: 'none' },
};

/** Requires the password or, for users of another issuer, the username: it cannot be undone. */
export function DeleteAccountForm() {
  const session = useSession();
  const who = useCurrentSession();
  const { name, missing, longest, input } = who.session ? PASSWORD : USERNAME;
  const [typed, setTyped] = useState('');
  const [withMessages, setWithMessages] = useState(false);
  const submission = useSubmit({
    fields: [name],
    check: () => mistakesOf({ [name]: typed === '' ? missing : lengthMistake(typed, longest) }),
    send: async () => {
      await deleteAccount({
        ...(who.session ? { password: typed } : { confirm: typed }),
        messages: withMessages ? 'delete' : 'keep',
      });
      // Also messages that were not sent, and settings.
      forget(who.user.id, 'carillon.');
      session.leave();
    },
  });
  return (
    <FormCard
      title={words.account.deleteAccount}
      submission={submission}
      button={words.account.deleteMine}
      buttonClass="button-danger"
      done=""
    >
      <p>{words.account.deleteHint}</p>
      <div className="fields">
        <Field {...input} value={typed} error={submission.failure.fields[name]} onType={setTyped} />
      </div>
      <label className="check">
        <input
          type="checkbox"
          checked={withMessages}
          onChange={(event) => setWithMessages(event.target.checked)}
        />{' '}
        {words.account.deleteMessages}
      </label>
    </FormCard>
  );
}
