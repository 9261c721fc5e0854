import { useState } from 'react';
import { endOtherSessions } from '../../session/session-api.js';
import { FailureText } from '../../ui/FailureText.js';
import { useAttempt } from '../../ui/use-attempt.js';
import { words } from '../../words/words.js';

/** Ends all other sessions of the user. */
export function SignOutOthersButton() {
  const [isDone, setIsDone] = useState(false);
  const { failure, attempt } = useAttempt();

  function signOutOthers() {
    setIsDone(false);
    attempt(endOtherSessions().then(() => setIsDone(true)));
  }

  return (
    <>
      <button type="button" onClick={signOutOthers}>
        {words.account.signOutOthers}
      </button>
      <span role="status">{isDone && words.account.othersSignedOut}</span>
      <FailureText text={failure} />
    </>
  );
}
