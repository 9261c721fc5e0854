const short = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const long = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });

export function Clock({ iso }: { iso: string }) {
  const date = new Date(iso);
  return (
    <time className="clock" dateTime={iso} title={long.format(date)}>
      {short.format(date)}
    </time>
  );
}
