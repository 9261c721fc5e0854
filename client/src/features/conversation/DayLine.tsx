import { words } from '../../words/words.js';
import { relativeDay } from './relative-day.js';

export function DayLine({ iso }: { iso: string }) {
  return (
    <p className="day-line">
      <time dateTime={iso}>{nameOfDay(new Date(iso))}</time>
    </p>
  );
}

function nameOfDay(date: Date): string {
  const relative = relativeDay(date, new Date());
  return relative === null ? words.dates.fullDay(date) : words.dates[relative];
}
