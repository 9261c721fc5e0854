import { useState } from 'react';
import {
  MAX_SENT_PASSWORD_LENGTH,
  passwordLengthMistake,
} from '../../../../src/accounts/password-length.js';
import { lengthMistake } from '../../../../src/http/text.js';
import { mistakesOf } from '../../http/failure.js';
import { useSession } from '../../session/use-session.js';
import { Field } from '../../ui/Field.js';
import { FormCard } from '../../ui/FormCard.js';
import { useSubmit } from '../../ui/use-submit.js';
import { words } from '../../words/words.js';

const NOTHING = { current: '', password: '' };

export function PasswordForm() {
  const session = useSession();
  const [typed, setTyped] = useState(NOTHING);
  const submission = useSubmit({
    fields: ['current', 'password'],
    problems: { forbidden: words.account.wrongCurrentPassword },
    check: () =>
      mistakesOf({
        current: lengthMistake(typed.current, MAX_SENT_PASSWORD_LENGTH),
        password: passwordLengthMistake(typed.password),
      }),
    send: async () => {
      await session.changePassword(typed);
      setTyped(NOTHING);
    },
  });
  return (
    <FormCard
      title={words.account.yourPassword}
      submission={submission}
      button={words.account.changePassword}
      done={words.account.passwordChanged}
    >
      <div className="fields">
        <Field
          label={words.account.currentPassword}
          type="password"
          autoComplete="current-password"
          value={typed.current}
          error={submission.failure.fields['current']}
          onType={(current) => setTyped({ ...typed, current })}
        />
        <Field
          label={words.account.newPassword}
          type="password"
          autoComplete="new-password"
          value={typed.password}
          error={submission.failure.fields['password']}
          onType={(password) => setTyped({ ...typed, password })}
        />
      </div>
    </FormCard>
  );
}
