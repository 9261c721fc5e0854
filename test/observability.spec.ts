import { UnitOfWork } from '@carillon/nestjs';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { Metrics } from '../src/metrics/metrics.js';
import { startApplication } from './support/application.js';
import { ENGINES } from './support/engines.js';
import { OpenMetrics } from './support/open-metrics.js';
import { Person } from './support/people.js';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly targets?: readonly { readonly expr: string; readonly legendFormat?: string }[];
  readonly gridPos: {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
  };
}
interface Dashboard {
  readonly panels: readonly Panel[];
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
  readonly templating: { readonly list: readonly { readonly name: string }[] };
}
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string };
}

const FOLDER = 'docs/observability';
const file = (name: string): string => readFileSync(`${FOLDER}/${name}`, 'utf8');
const dashboard = JSON.parse(file('grafana-dashboard.json')) as Dashboard;
const rules = (
  parse(file('prometheus-rules.yml')) as { groups: readonly { rules: readonly Rule[] }[] }
).groups.flatMap((group) => group.rules);
const readme = file('README.md');

const targets = dashboard.panels.flatMap((panel) => panel.targets ?? []);
const EXPRESSIONS = [
  ...targets.map(({ expr }) => expr),
  ...dashboard.annotations.list.map(({ expr }) => expr),
  ...rules.map(({ expr }) => expr),
];

/** Prometheus itself adds these labels, and the series `up`. */
const OWN_LABELS = ['job', 'instance'];
const WORDS = /^(sum|max|topk|rate|increase|changes|histogram_quantile|and|offset|up)$/;

const SELECTOR = /\b([a-z]+_[a-z_]+)\{([^}]*)\}/g;
const MATCHER = /([a-z_]+)(=~|=)"([^"]*)"/g;
const GROUPING = /\b(?:by|on|group_left|group_right) \(([^)]*)\)/g;

const groupedBy = (expression: string): string[] =>
  [...expression.matchAll(GROUPING)].flatMap(([, list]) => list!.split(/, */).filter(Boolean));

/** The series that an expression names: everything that is no function, keyword or label. */
function seriesIn(expression: string): string[] {
  const bare = expression
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, '')
    .replaceAll(GROUPING, '');
  const words = bare.match(/\b[a-z][a-z_]*\b/g) ?? [];
  return words.filter((word) => !WORDS.test(word) && word !== 'm');
}

/** A server on each engine, since each has series of its own. */
async function readServer({ start }: (typeof ENGINES)[number]): Promise<OpenMetrics> {
  const engine = await start();
  const DATABASE_URL = await engine.createDatabase();
  const application = await startApplication({ DATABASE_URL, METRICS_TOKEN: 'x'.repeat(16) });
  await Person.signUp(application.url, 'ada');
  await application.app.get(UnitOfWork, { strict: false }).run(async ({ db }) => {
    const row = { name: 'mailer', position: 0, owner: null, term: 1, renewals: 0 };
    await db.insertInto('subscriptions').values(row).execute();
  });
  const text = await application.app.get(Metrics, { strict: false }).text();
  await application.stop();
  await engine.stop();
  return new OpenMetrics(text);
}

describe('the dashboard, the alert rules and the description of the metrics', () => {
  let servers: OpenMetrics[];

  beforeAll(async () => {
    servers = await Promise.all(ENGINES.map(readServer));
  });

  const valuesOf = (series: string, label: string): string[] =>
    servers
      .flatMap((server) => server.valuesOf(series, label))
      .filter((value) => value !== undefined);
  const labelsOf = (series: string): string[] =>
    servers
      .flatMap(({ samples }) => samples.filter(({ name }) => name === series))
      .flatMap(({ labels }) => Object.keys(labels));
  const typeOf = (series: string): string | undefined =>
    servers[0]!.families
      .get(series.replace(/_(total|bucket|sum|count)$/, ''))
      ?.metadata.get('TYPE');

  it('are not empty', () => {
    expect(targets.length).toBeGreaterThan(50);
    expect(rules.length).toBeGreaterThan(15);
    expect(EXPRESSIONS.flatMap(seriesIn).length).toBeGreaterThan(90);
  });

  it('use only series that a running server has', () => {
    const names = new Set(servers.flatMap((server) => [...server.names]));
    expect(EXPRESSIONS.flatMap(seriesIn).filter((name) => !names.has(name))).toEqual([]);
  });

  it('select only by labels and values that these series have', () => {
    const selections = EXPRESSIONS.flatMap((expression) =>
      [...expression.matchAll(SELECTOR)].flatMap(([, series, list]) =>
        [...list!.matchAll(MATCHER)].map(([, label, , value]) => ({
          series: series!,
          label: label!,
          value: value!,
        })),
      ),
    ).filter(({ label }) => !OWN_LABELS.includes(label));
    expect(selections.length).toBeGreaterThan(10);
    const wrong = selections.filter(({ series, label, value }) => {
      const found = valuesOf(series, label);
      // A pattern such as 5.. need not match a response of this server.
      const wanted = value.includes('.') ? [] : value.split('|');
      return found.length === 0 || !wanted.every((one) => found.includes(one));
    });
    expect(wrong).toEqual([]);
  });

  it('group only by labels that these series have', () => {
    const wrong = EXPRESSIONS.filter((expression) => {
      const labels = groupedBy(expression).filter((label) => !OWN_LABELS.includes(label));
      return !labels.every((label) =>
        seriesIn(expression).some((series) => valuesOf(series, label).length > 0),
      );
    });
    expect(wrong).toEqual([]);
  });

  it('take rates of counters only, and quantiles of buckets', () => {
    for (const expression of EXPRESSIONS) {
      for (const [, series] of expression.matchAll(/\b(?:rate|increase)\(([a-z_]+)/g))
        expect([series, typeOf(series!)]).toEqual([
          series,
          expect.stringMatching(/counter|histogram/),
        ]);
      for (const [, series] of expression.matchAll(
        /\bsum (?:by \([^)]*\) )?\((carillon_[a-z_]+)\{/g,
      ))
        expect([series, typeOf(series!)]).toEqual([series, 'gauge']);
      if (!expression.includes('histogram_quantile')) continue;
      expect(expression).toMatch(
        /histogram_quantile\(0\.\d+, sum by \([^)]*\ble\b[^)]*\) \(rate\([a-z_]+_bucket/,
      );
    }
  });

  it('name in the text of an alert only labels that it has', () => {
    for (const { alert, expr, annotations } of rules) {
      const used = [...annotations.summary.matchAll(/\$labels\.([a-z_]+)/g)].map(
        ([, label]) => label!,
      );
      const [grouping] = expr.matchAll(/\bby \(([^)]*)\)/g);
      const isGrouped = grouping && !expr.includes('group_right');
      const labels = isGrouped
        ? grouping[1]!.split(', ')
        : [...OWN_LABELS, ...seriesIn(expr).flatMap(labelsOf)];
      expect([alert, used.filter((label) => !labels.includes(label))]).toEqual([alert, []]);
    }
  });

  it('describe every series, and no other', () => {
    const series = [...readme.matchAll(/^\| `((?:carillon|process|nodejs)_[a-z_]+)` +\| (\w+)/gm)];
    const described = series.map(([, name, type]) => `${name} ${type}`);
    const families = [...servers[0]!.families.values()].map(({ name, metadata }) => {
      const type = metadata.get('TYPE')!;
      return `${name}${type === 'counter' ? '_total' : ''} ${type}`;
    });
    expect(described.toSorted()).toEqual(families.toSorted());
  });

  it('describe the values of labels', () => {
    for (const [series, label] of [
      ['carillon_streams_closed_total', 'reason'],
      ['carillon_streams_refused_total', 'reason'],
      ['carillon_stream_resets_total', 'reason'],
      ['carillon_stream_retained_bytes', 'content'],
      ['carillon_queue_length', 'queue'],
      ['carillon_subscription_state', 'state'],
      ['carillon_processes', 'state'],
      ['carillon_process_exits_total', 'kind'],
      ['nodejs_memory_bytes', 'kind'],
    ] as const)
      for (const value of valuesOf(series, label)) expect(readme).toContain(`\`${value}\``);
  });

  it('describe what to do about every alert', () => {
    const described = [...readme.matchAll(/^\| `(Carillon[A-Za-z]+)`/gm)].map(([, alert]) => alert);
    expect(described).toEqual(rules.map(({ alert }) => alert));
    for (const { labels } of rules) expect(['page', 'ticket']).toContain(labels.severity);
  });

  it('have panels with a description and places that do not overlap', () => {
    const { panels, templating } = dashboard;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const variables = templating.list.map(({ name }) => name);
    for (const [, name] of JSON.stringify(targets).matchAll(/\$(\w+)/g))
      expect([...variables, '__rate_interval']).toContain(name);
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { type, title, description } of panels)
      if (type !== 'row')
        expect([title, description]).toEqual([title, expect.stringMatching(/\.$/)]);
  });
});
