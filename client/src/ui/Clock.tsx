import { words } from '../words/words.js';

export function Clock({ iso }: { iso: string }) {
  const date = new Date(iso);
  return (
    <time className="clock" dateTime={iso} title={words.dates.fullDayAndTime(date)}>
      {words.dates.time(date)}
    </time>
  );
}
