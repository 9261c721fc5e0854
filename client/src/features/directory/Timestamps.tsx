import { Rich } from '../../ui/Rich.js';
import { words } from '../../words/words.js';
import type { User } from '../people/user.js';

interface TimestampsProps {
  user: User;
  /** Whether it says that the user has no account. */
  showsAccount: boolean;
}

export function Timestamps({ user, showsAccount }: TimestampsProps) {
  const { createdAt, updatedAt, username } = user;
  const text = updatedAt === createdAt ? words.directory.added : words.directory.addedAndChanged;
  return (
    <p className="person-times">
      {showsAccount && username === undefined && words.directory.noAccount}
      <Rich
        text={text}
        values={{ time: <Time iso={createdAt} />, changed: <Time iso={updatedAt} /> }}
      />
    </p>
  );
}

function Time({ iso }: { iso: string }) {
  const date = new Date(iso);
  const isToday = date.toDateString() === new Date().toDateString();
  return (
    <time dateTime={iso}>{isToday ? words.dates.time(date) : words.dates.dayAndTime(date)}</time>
  );
}
