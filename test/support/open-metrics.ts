type Labels = Readonly<Record<string, string>>;

interface Sample {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

interface Family {
  readonly name: string;
  readonly metadata: Map<string, string>;
  readonly samples: Sample[];
}

const SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total'],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
};
const SAMPLE = /^([a-z_]+)(?:\{(.+)\})? (\S+)$/;
const LABEL = /([a-z_]+)="((?:[^"\\]|\\[\\"n])*)"(?:,|$)/g;

/** A text in OpenMetrics 1.0, read strictly: whatever the standard forbids is an error. */
export class OpenMetrics {
  readonly families = new Map<string, Family>();

  constructor(readonly text: string) {
    const lines = text.split('\n');
    expect(lines.splice(-2)).toEqual(['# EOF', '']);
    let family: Family | undefined;
    for (const line of lines) family = this.#read(line, family);
    for (const one of this.families.values()) check(one);
  }

  /** The names of all samples. */
  get names(): Set<string> {
    return new Set(this.samples.map(({ name }) => name));
  }

  get samples(): Sample[] {
    return [...this.families.values()].flatMap(({ samples }) => samples);
  }

  /** The sum of all samples with a name and these labels. */
  sum(name: string, labels: Labels = {}): number {
    const found = this.samples.filter(
      (sample) =>
        sample.name === name &&
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    );
    return found.reduce((sum, { value }) => sum + value, 0);
  }

  valuesOf(name: string, label: string): string[] {
    const found = this.samples.filter((sample) => sample.name === name);
    return [...new Set(found.map(({ labels }) => labels[label]!))].toSorted();
  }

  /** All lines of a family follow each other. */
  #read(line: string, current: Family | undefined): Family {
    const [, key, name, text] = /^# (HELP|TYPE|UNIT) (\S+) (.+)$/.exec(line) ?? [];
    if (!key) {
      current!.samples.push(sampleOf(line));
      return current!;
    }
    const family = current?.name === name ? current! : this.#add(name!);
    expect(family.metadata.has(key)).toBe(false);
    expect(family.samples).toEqual([]);
    family.metadata.set(key, text!);
    return family;
  }

  #add(name: string): Family {
    expect(this.families.has(name)).toBe(false);
    const family = { name, metadata: new Map<string, string>(), samples: [] };
    this.families.set(name, family);
    return family;
  }
}

function sampleOf(line: string): Sample {
  const [, name, text = '', value] = SAMPLE.exec(line) ?? [];
  if (!name) throw new Error(`This is no sample: ${line}`);
  const labels = [...text.matchAll(LABEL)].map(([, label, content]) => [label, content] as const);
  expect(labels.map(([label, content]) => `${label}="${content}"`).join(',')).toBe(text);
  return { name, labels: Object.fromEntries(labels) as Labels, value: Number(value) };
}

function check({ name, metadata, samples }: Family): void {
  const type = metadata.get('TYPE')!;
  expect(metadata.get('HELP')).toMatch(/^[A-Z1].*\.$/);
  expect(Object.keys(SUFFIXES)).toContain(type);
  const unit = /_(seconds|bytes)$/.exec(name)?.[1];
  expect(metadata.get('UNIT')).toBe(unit);
  const allowed = SUFFIXES[type]!.map((suffix) => name + suffix);
  for (const sample of samples) {
    expect(allowed).toContain(sample.name);
    expect(Number.isFinite(sample.value) && sample.value >= 0).toBe(true);
  }
  const ids = samples.map((sample) => JSON.stringify([sample.name, sorted(sample.labels)]));
  expect(new Set(ids).size).toBe(ids.length);
  if (type === 'histogram') checkBuckets(name, samples);
}

/** The buckets of a histogram are cumulative, in ascending order, and end with all values. */
function checkBuckets(name: string, samples: readonly Sample[]): void {
  const groups = Map.groupBy(samples, ({ labels }) =>
    JSON.stringify(sorted(labels).filter(([label]) => label !== 'le')),
  );
  for (const group of groups.values()) {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => Number(labels['le']!.replace('+Inf', 'Infinity')));
    expect(bounds).toEqual(bounds.toSorted((one, other) => one - other));
    const counts = buckets.map(({ value }) => value);
    expect(counts).toEqual(counts.toSorted((one, other) => one - other));
    const count = group.find((sample) => sample.name === `${name}_count`)!;
    expect(buckets.at(-1)).toMatchObject({ labels: { le: '+Inf' }, value: count.value });
  }
}

const sorted = (labels: Labels) => Object.entries(labels).toSorted();
