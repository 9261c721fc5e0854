const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' });
const DAY = 86_400_000;

export function DayLine({ iso }: { iso: string }) {
  return (
    <p className="day-line">
      <time dateTime={iso}>{nameOfDay(new Date(iso))}</time>
    </p>
  );
}

function nameOfDay(date: Date): string {
  const now = Date.now();
  if (date.toDateString() === new Date(now).toDateString()) return 'Today';
  if (date.toDateString() === new Date(now - DAY).toDateString()) return 'Yesterday';
  return day.format(date);
}
