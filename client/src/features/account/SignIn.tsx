import { useState, useSyncExternalStore } from 'react';
import { useSession } from '../../session/use-session.js';
import { settings } from '../../settings.js';
import { words } from '../../words/words.js';
import { IssuerCard } from './IssuerCard.js';
import { SignInForm } from './SignInForm.js';
import { SignUpForm } from './SignUpForm.js';

interface SignInProps {
  /** The form takes the focus when it appears. After a sign-out it always does: the focus was lost. */
  takesFocus?: boolean;
}

/** The ways to sign in that the server has. */
export function SignIn({ takesFocus = false }: SignInProps) {
  const session = useSession();
  const view = useSyncExternalStore(session.subscribe, session.view);
  const wasSignedIn = view.state === 'signed out' && view.justNow;
  return (
    <>
      {view.state === 'signed out' && view.end !== null && (
        <p role="alert" className="sign-in-end">
          {words.account.ends[view.end]}
        </p>
      )}
      {settings.passwords ? (
        <PasswordForms takesFocus={takesFocus || wasSignedIn} />
      ) : (
        <IssuerCard />
      )}
    </>
  );
}

function PasswordForms({ takesFocus }: { takesFocus: boolean }) {
  const [isNew, setIsNew] = useState(false);
  const [hasSwitched, setHasSwitched] = useState(false);

  function change() {
    setIsNew(!isNew);
    setHasSwitched(true);
  }

  return (
    <>
      {isNew ? <SignUpForm /> : <SignInForm takesFocus={takesFocus || hasSwitched} />}
      <p className="sign-in-other">
        {isNew ? words.account.haveAccount : words.account.newHere}{' '}
        <button type="button" className="button-link" onClick={change}>
          {isNew ? words.account.signIn : words.account.createAccount}
        </button>
      </p>
    </>
  );
}
