import { Histogram } from '@carillon/nestjs/internal';
import { collect, counter, type Family, gauge, histogram } from '../../src/metrics/family.js';
import { countersOf, merge, write } from '../../src/metrics/open-metrics.js';
import { OpenMetrics } from '../support/open-metrics.js';

const durations = (...values: number[]): Histogram => {
  const found = new Histogram([0.5, 1, 10]);
  for (const value of values) found.observe(value);
  return found;
};

const families = (count: number, head: number, ...values: number[]): Family[] => [
  counter('requests', 'Requests.', () => [
    [{ route: '/a' }, count],
    [{ route: 'a "quoted" \\ path' }, 1],
  ]),
  gauge('head', 'Head.', () => head, 'max'),
  gauge('open', 'Open.', () => count),
  histogram('wait_seconds', 'Waits.', () => [[{ kind: 'x' }, durations(...values)]]),
];

describe('families of metrics', () => {
  it('are written as OpenMetrics, with values up to and including each bound', async () => {
    const text = await write([await collect(families(3, 7, 0.5, 0.6, 1, 11))]);
    expect(new OpenMetrics(text).families.size).toBe(4);
    expect(text.split('\n')).toEqual([
      '# HELP requests Requests.',
      '# TYPE requests counter',
      'requests_total{route="/a"} 3',
      'requests_total{route="a \\"quoted\\" \\\\ path"} 1',
      '# HELP head Head.',
      '# TYPE head gauge',
      'head 7',
      '# HELP open Open.',
      '# TYPE open gauge',
      'open 3',
      '# HELP wait_seconds Waits.',
      '# TYPE wait_seconds histogram',
      '# UNIT wait_seconds seconds',
      'wait_seconds_bucket{le="0.5",kind="x"} 1',
      'wait_seconds_bucket{le="1.0",kind="x"} 3',
      'wait_seconds_bucket{le="10.0",kind="x"} 3',
      'wait_seconds_bucket{le="+Inf",kind="x"} 4',
      'wait_seconds_sum{kind="x"} 13.1',
      'wait_seconds_count{kind="x"} 4',
      '# EOF',
      '',
    ]);
  });

  it('are summed over processes, or the largest value counts', async () => {
    const one = await collect(families(3, 7, 0.1));
    const other = await collect(families(4, 9, 0.1, 20));
    const sum = new OpenMetrics(await write([one, other]));
    expect(sum.sum('requests_total', { route: '/a' })).toBe(7);
    expect(sum.sum('head')).toBe(9);
    expect(sum.sum('open')).toBe(7);
    expect(sum.sum('wait_seconds_bucket', { le: '0.5' })).toBe(2);
    expect(sum.sum('wait_seconds_count')).toBe(3);
  });

  it('stay the same when reports are merged first, and only counters remain of a process that has ended', async () => {
    const reports = await Promise.all([families(3, 7, 0.1), families(4, 9, 20)].map(collect));
    const ended = merge(reports.map(countersOf));
    const metrics = new OpenMetrics(await write([ended, await collect(families(1, 5))]));
    expect(metrics.sum('requests_total', { route: '/a' })).toBe(8);
    expect(metrics.sum('wait_seconds_count')).toBe(2);
    expect(metrics.sum('open')).toBe(1);
    expect(metrics.sum('head')).toBe(5);
  });
});
