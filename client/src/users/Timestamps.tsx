import type { User } from './user.js';

const today = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const anyDay = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

export function Timestamps({ user }: { user: User }) {
  return (
    <p className="person-times">
      Arrived <Time iso={user.createdAt} />
      {user.updatedAt !== user.createdAt && (
        <>
          {' · changed '}
          <Time iso={user.updatedAt} />
        </>
      )}
    </p>
  );
}

function Time({ iso }: { iso: string }) {
  const date = new Date(iso);
  const isToday = date.toDateString() === new Date().toDateString();
  return <time dateTime={iso}>{(isToday ? today : anyDay).format(date)}</time>;
}
