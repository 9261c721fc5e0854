import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const MODULE = join(import.meta.dirname, '../client/src/features/conversation/relative-day.ts');

/** In a process of its own, because the time zone of a process is fixed. */
function relativeDays(zone: string, now: string, dates: readonly string[]): unknown {
  const script = `
    const { relativeDay } = await import(process.argv[1]);
    const [now, ...dates] = process.argv.slice(2).map((iso) => new Date(iso));
    console.log(JSON.stringify(dates.map((date) => relativeDay(date, now))));`;
  const output = execFileSync(
    process.execPath,
    ['--input-type=module', '--eval', script, MODULE, now, ...dates],
    { env: { ...process.env, TZ: zone }, encoding: 'utf8' },
  );
  return JSON.parse(output);
}

it('names the day before a day of 23 or 25 hours, and at the turn of the year', () => {
  const days = relativeDays('Europe/Berlin', '2026-03-30T00:30:00', [
    '2026-03-30T00:00:00',
    '2026-03-29T12:00:00',
    '2026-03-28T23:45:00',
  ]);
  expect(days).toEqual(['today', 'yesterday', null]);
  const autumn = ['2026-10-25T00:15:00', '2026-10-24T23:45:00'];
  expect(relativeDays('Europe/Berlin', '2026-10-25T23:45:00', autumn)).toEqual([
    'today',
    'yesterday',
  ]);
  const january = ['2025-12-31T01:00:00'];
  expect(relativeDays('Europe/Berlin', '2026-01-01T12:00:00', january)).toEqual(['yesterday']);
});
