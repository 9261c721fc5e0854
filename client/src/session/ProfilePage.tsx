import { useState } from 'react';
import { Field } from '../page/Field.js';
import { PaneHead } from '../page/PaneHead.js';
import { useChatView } from '../page/use-chat.js';
import { useSubmit } from '../page/use-submit.js';
import { checkNames, NAME_FIELDS } from '../users/user.js';
import { fetchUser, updateUser } from '../users/users-api.js';
import { NotificationSetting } from '../messages/NotificationSetting.js';
import { DeleteAccountForm } from './DeleteAccountForm.js';
import { PasswordForm } from './PasswordForm.js';
import { SignOutButton } from './SignOutButton.js';
import type { SessionStore } from './session-store.js';
import type { CurrentSession } from './session.js';

interface ProfilePageProps {
  session: SessionStore;
  who: CurrentSession;
}

export function ProfilePage({ session, who }: ProfilePageProps) {
  return (
    <>
      <PaneHead title="Profile" />
      <div className="pane-body">
        <NamesForm who={who} />
        {who.session && <PasswordForm session={session} />}
        <NotificationSetting userId={who.user.id} />
        <div className="card">
          <h2>Sign-ins</h2>
          <p>
            <a href="#/sessions">Where you are signed in</a>
          </p>
          <div className="actions">
            <SignOutButton session={session} text="Sign out here" />
          </div>
        </div>
        <div className="card">
          <h2>Your data</h2>
          <p>
            <a href="/api/me/export" download>
              Download my data
            </a>
          </p>
        </div>
        <DeleteAccountForm session={session} who={who} />
      </div>
    </>
  );
}

function NamesForm({ who }: { who: CurrentSession }) {
  const { state } = useChatView();
  const { firstname, lastname, username } = state.people.get(who.user.id) ?? who.user;
  const [names, setNames] = useState({ firstname, lastname });
  const [told, setTold] = useState('');
  const { form, failure, busy, onSubmit } = useSubmit(NAME_FIELDS, save, () => checkNames(names));

  async function save() {
    setTold('');
    const { etag } = await fetchUser(who.user.id);
    await updateUser(who.user.id, names, etag);
    setTold('Saved.');
  }

  return (
    <form ref={form} className="card" aria-labelledby="my-name" noValidate onSubmit={onSubmit}>
      <h2 id="my-name">Your name</h2>
      {username && <p className="username">@{username}</p>}
      <div className="fields">
        <Field
          label="First name"
          autoComplete="given-name"
          value={names.firstname}
          error={failure.fields['firstname']}
          onType={(firstname) => setNames({ ...names, firstname })}
        />
        <Field
          label="Last name"
          autoComplete="family-name"
          value={names.lastname}
          error={failure.fields['lastname']}
          onType={(lastname) => setNames({ ...names, lastname })}
        />
      </div>
      <p role="alert" className="failure">
        {failure.message}
      </p>
      <div className="actions">
        <button type="submit" className="button-primary" aria-disabled={busy}>
          Save
        </button>
        <span role="status">{told}</span>
      </div>
    </form>
  );
}
