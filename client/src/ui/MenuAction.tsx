import type { ReactNode } from 'react';
import { FailureText } from './FailureText.js';
import { useAttempt } from './use-attempt.js';

interface MenuActionProps {
  children: ReactNode;
  work: () => Promise<unknown>;
  /** Closes the menu, once the work is done. */
  onDone: () => void;
}

/** An item of a menu whose work may fail. */
export function MenuAction({ children, work, onDone }: MenuActionProps) {
  const { failure, attempt } = useAttempt();
  return (
    <>
      <button type="button" onClick={() => attempt(work().then(onDone))}>
        {children}
      </button>
      <FailureText text={failure} />
    </>
  );
}
