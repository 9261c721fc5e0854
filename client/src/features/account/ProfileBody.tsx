import { useState } from 'react';
import { useCurrentSession } from '../../session/use-session.js';
import { isOn, settings } from '../../settings.js';
import { usePart } from '../../store/use-store.js';
import { FormCard } from '../../ui/FormCard.js';
import { useSubmit } from '../../ui/use-submit.js';
import { words } from '../../words/words.js';
import { NotificationSetting } from '../notifications/NotificationSetting.js';
import { NameFields } from '../people/NameFields.js';
import { people } from '../people/people.js';
import { checkNames, NAME_FIELDS } from '../people/user.js';
import { fetchUser, updateUser } from '../people/users-api.js';
import { PushCard } from '../push/PushCard.js';
import { DeleteAccountForm } from './DeleteAccountForm.js';
import { PasswordForm } from './PasswordForm.js';
import { SignOutButton } from './SignOutButton.js';
import { SignOutOthersButton } from './SignOutOthersButton.js';

export function ProfileBody() {
  const who = useCurrentSession();
  return (
    <>
      {isOn('users') && <NamesForm />}
      {who.session && <PasswordForm />}
      {isOn('notifications') && <NotificationSetting userId={who.user.id} />}
      {isOn('push') && who.session && <PushCard userId={who.user.id} />}
      {settings.passwords && <SignInsCard />}
      <DataCard />
      <DeleteAccountForm />
    </>
  );
}

function NamesForm() {
  const { user } = useCurrentSession();
  const { firstname, lastname, username } = usePart(people).get(user.id) ?? user;
  const [names, setNames] = useState({ firstname, lastname });
  const submission = useSubmit({
    fields: NAME_FIELDS,
    check: () => checkNames(names),
    send: async () => {
      const { etag } = await fetchUser(user.id);
      await updateUser(user.id, names, etag);
    },
  });
  return (
    <FormCard
      title={words.account.yourName}
      submission={submission}
      button={words.account.save}
      done={words.account.saved}
    >
      {username && <p className="username">{words.people.username(username)}</p>}
      <NameFields names={names} errors={submission.failure.fields} isOwn onType={setNames} />
    </FormCard>
  );
}

function SignInsCard() {
  return (
    <div className="card">
      <h2>{words.account.signIns}</h2>
      <p>
        <a href="#/sessions">{words.account.whereSignedIn}</a>
      </p>
      <div className="actions">
        <SignOutButton text={words.account.signOutHere} />
        <SignOutOthersButton />
      </div>
    </div>
  );
}

function DataCard() {
  return (
    <div className="card">
      <h2>{words.account.yourData}</h2>
      <p>
        <a href="/api/me/export" download>
          {words.account.download}
        </a>
      </p>
    </div>
  );
}
