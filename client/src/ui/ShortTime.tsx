import { words } from '../words/words.js';

/** The time of today's dates, the day of others. */
export function ShortTime({ iso }: { iso: string }) {
  const date = new Date(iso);
  const isToday = date.toDateString() === new Date().toDateString();
  return <span className="clock">{isToday ? words.dates.time(date) : words.dates.day(date)}</span>;
}
