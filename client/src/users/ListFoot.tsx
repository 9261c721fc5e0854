import { useEffect, useRef, useState } from 'react';
import type { LiveUsers, UsersView } from './live-users.js';

interface ListFootProps {
  users: LiveUsers;
  view: UsersView;
}

/** The end of the list: more of it, or the word that there is no more. */
export function ListFoot({ users, view }: ListFootProps) {
  const end = useRef<HTMLParagraphElement>(null);
  const asked = useRef(false);
  const [told, setTold] = useState('');
  const complete = view.users.older === null;

  // The button that had the focus is gone with the last page.
  useEffect(() => {
    if (complete && asked.current) end.current?.focus();
    asked.current = false;
  }, [complete]);

  async function showOlder() {
    asked.current = true;
    await users.loadOlder();
    setTold(`${users.view().users.rows.length} people shown`);
  }

  if (complete) {
    return (
      <p ref={end} className="foot" tabIndex={-1}>
        That is everyone.
      </p>
    );
  }
  return (
    <div className="foot">
      <p role="alert" className="failure">
        {view.olderFailure}
      </p>
      <button type="button" aria-disabled={view.loadingOlder} onClick={showOlder}>
        {view.loadingOlder ? 'Loading…' : 'Show older'}
      </button>
      <p role="status" className="visually-hidden">
        {told}
      </p>
    </div>
  );
}
