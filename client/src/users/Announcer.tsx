import { useEffect, useState } from 'react';
import { describeChanges } from './describe-changes.js';
import type { LiveUsers } from './live-users.js';
import type { Change } from './users-fold.js';

/** Long enough to make one sentence of a burst, short enough to be news. */
const GATHER = 700;

/** Tells screen readers who arrived, changed and left. */
export function Announcer({ users }: { users: LiveUsers }) {
  const [text, setText] = useState('');

  useEffect(() => {
    let gathered: Change[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const announce = () => {
      timer = undefined;
      setText(describeChanges(gathered));
      gathered = [];
    };
    const stop = users.onChange((change) => {
      gathered.push(change);
      timer ??= setTimeout(announce, GATHER);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [users]);

  // Emptied, so that the same sentence twice is said twice.
  useEffect(() => {
    const timer = setTimeout(() => setText(''), 10_000);
    return () => clearTimeout(timer);
  }, [text]);

  return (
    <div className="visually-hidden" role="log" aria-label="What just happened" aria-live="polite">
      {text}
    </div>
  );
}
