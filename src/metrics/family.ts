import type { Histogram } from '@carillon/nestjs';

export type Labels = Readonly<Record<string, string>>;

/** How the values of several processes become one. */
export type Aggregator = 'sum' | 'max';

export interface Sample {
  readonly value: number;
  readonly labels: Labels;
  /** The name of a sample of a histogram, with its suffix. */
  readonly metricName?: string;
}

/** A value without labels, or values by the values of their labels. */
type Values = number | readonly (readonly [Labels, number])[];

/** What describes a series. Counters have no suffix `_total` here; it is added when they are written. */
interface Description {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly aggregator: Aggregator;
}

/** Series with one name. Their values are read when they are asked for. */
export interface Family extends Description {
  readonly read: () => readonly Sample[] | Promise<readonly Sample[]>;
}

/** The series of one name with their values, in the form that prom-client exchanges between processes. */
export interface CollectedFamily extends Description {
  readonly values: readonly Sample[];
}

/** All series of one process. */
export type Report = readonly CollectedFamily[];

export const counter = (name: string, help: string, read: () => Values): Family => ({
  name,
  help,
  type: 'counter',
  aggregator: 'sum',
  read: () => samplesOf(read()),
});

export const gauge = (
  name: string,
  help: string,
  read: () => Values | Promise<Values>,
  aggregator: Aggregator = 'sum',
): Family => ({
  name,
  help,
  type: 'gauge',
  aggregator,
  read: async () => samplesOf(await read()),
});

export const histogram = (
  name: string,
  help: string,
  read: () => Histogram | readonly (readonly [Labels, Histogram])[],
): Family => ({
  name,
  help,
  type: 'histogram',
  aggregator: 'sum',
  read: () => {
    const found = read();
    const all = 'counts' in found ? [[{}, found] as const] : found;
    return all.flatMap(([labels, values]) => samplesOfHistogram(name, labels, values));
  },
});

/** One value for each property of an object. */
export const byLabel = (label: string, values: Readonly<Record<string, number>>): Values =>
  Object.entries(values).map(([name, value]) => [{ [label]: name }, value]);

export const collect = (families: readonly Family[]): Promise<Report> =>
  Promise.all(
    families.map(async ({ read, ...description }) => ({ ...description, values: await read() })),
  );

/** Reads once for all series of a report, which are read in one turn of the event loop. */
export function onceInTurn<T>(read: () => T): () => T {
  let kept: { readonly value: T } | undefined;
  return () => {
    if (!kept) {
      kept = { value: read() };
      setImmediate(() => (kept = undefined));
    }
    return kept.value;
  };
}

const samplesOf = (values: Values): Sample[] =>
  typeof values === 'number'
    ? [{ value: values, labels: {} }]
    : values.map(([labels, value]) => ({ labels, value }));

/** OpenMetrics counts cumulatively: a bucket contains all smaller ones. */
function samplesOfHistogram(name: string, labels: Labels, { bounds, counts, sum }: Histogram) {
  let count = 0;
  const buckets = counts.map((some, index) => ({
    metricName: `${name}_bucket`,
    labels: { le: boundOf(bounds[index]), ...labels },
    value: (count += some),
  }));
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}

/** The canonical form of a number in OpenMetrics. */
function boundOf(bound: number | undefined): string {
  if (bound === undefined) return '+Inf';
  return Number.isInteger(bound) ? `${bound}.0` : String(bound);
}
