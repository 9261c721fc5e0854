/** A day before may have had 23 or 25 hours, so the calendar counts. */
export function relativeDay(date: Date, now: Date): 'today' | 'yesterday' | null {
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (date.toDateString() === now.toDateString()) return 'today';
  return date.toDateString() === yesterday.toDateString() ? 'yesterday' : null;
}
