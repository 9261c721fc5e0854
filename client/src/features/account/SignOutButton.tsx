import { useState } from 'react';
import { useSession } from '../../session/use-session.js';
import { words } from '../../words/words.js';

interface SignOutButtonProps {
  text: string;
  className?: string;
}

/** Reports a failure: a user who leaves a shared machine must not believe they are signed out. */
export function SignOutButton({ text, className }: SignOutButtonProps) {
  const session = useSession();
  const [hasFailed, setHasFailed] = useState(false);
  return (
    <>
      <button
        type="button"
        className={className}
        onClick={() => {
          setHasFailed(false);
          session.signOut().catch(() => setHasFailed(true));
        }}
      >
        {text}
      </button>
      {hasFailed && (
        <span role="alert" className="failure">
          {words.account.stillSignedIn}
        </span>
      )}
    </>
  );
}
