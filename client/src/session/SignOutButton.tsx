import { useState } from 'react';
import type { SessionStore } from './session-store.js';

interface SignOutButtonProps {
  session: SessionStore;
  text: string;
  className?: string;
}

/** Says so where it could not: whoever leaves a machine to others must not believe that they are signed out. */
export function SignOutButton({ session, text, className }: SignOutButtonProps) {
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
          You are still signed in: the server cannot be reached.
        </span>
      )}
    </>
  );
}
