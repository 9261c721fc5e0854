import { useLayoutEffect, useRef, useState } from 'react';
import { FailureText } from '../../ui/FailureText.js';
import { words } from '../../words/words.js';
import type { LiveUsers, UsersView } from './live-users.js';

interface ListFootProps {
  users: LiveUsers;
  view: UsersView;
}

/** The end of the list: a button for more, or a note that this is everyone. */
export function ListFoot({ users, view }: ListFootProps) {
  const end = useRef<HTMLParagraphElement>(null);
  const asked = useRef(false);
  const [note, setNote] = useState('');
  const complete = view.users.older === null;

  // The last page removes the button, which may have had the focus.
  useLayoutEffect(() => {
    if (complete && asked.current) end.current?.focus();
    asked.current = false;
  }, [complete]);

  async function showOlder() {
    asked.current = true;
    await users.loadOlder();
    setNote(words.directory.shown(users.view().users.rows.length));
  }

  if (complete) {
    return (
      <p ref={end} className="foot" tabIndex={-1}>
        {words.directory.end}
      </p>
    );
  }
  return (
    <div className="foot">
      <FailureText text={view.olderFailure} />
      <button type="button" aria-disabled={view.loadingOlder} onClick={showOlder}>
        {view.loadingOlder ? words.directory.loading : words.directory.showOlder}
      </button>
      <p role="status" className="visually-hidden">
        {note}
      </p>
    </div>
  );
}
