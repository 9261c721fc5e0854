import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { globSync, readFileSync } from 'node:fs';

/** What server and page share, so that both say the same: it imports neither Node nor a package. */
const SHARED =
  '^src/(users/username|accounts/password-length|http/(text|name-rules|visible-text)|rooms/(mentions|code-spans|letters|message-text|lengths))\\.ts$';

/** The rules of ARCHITECTURE.md that a tool can check. */
const FORBIDDEN = [
  { name: 'no circles of files', from: { path: '^src/' }, to: { circular: true } },
  {
    name: 'no circles of folders',
    scope: 'folder' as const,
    from: { path: '^src/' },
    to: { circular: true },
  },
  {
    name: 'only database/ knows the engine',
    from: { pathNot: '^src/database/' },
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
    name: 'what server and page share needs nothing else',
    from: { path: SHARED },
    to: { pathNot: SHARED },
  },
];

/** Where something ends at a time that is stored or told: all other durations are measured by the monotonic clock. */
const WALL_CLOCK = [
  /^src\/accounts\//,
  /^src\/http\/idempotency-keys\.ts$/,
  /^src\/events\/(retention|streams)\.ts$/,
  /^src\/users\/erasures\.ts$/,
];

describe('the architecture', () => {
  let result: ICruiseResult;

  beforeAll(async () => {
    const { output } = await cruise(['src', 'client/src'], {
      validate: true,
      ruleSet: { forbidden: FORBIDDEN },
      doNotFollow: { path: 'node_modules' },
      tsPreCompilationDeps: true,
      enhancedResolveOptions: {
        exportsFields: ['exports'],
        conditionNames: ['import', 'types', 'node'],
      },
    });
    result = output as ICruiseResult;
  });

  it('looks at the whole source', () => {
    const files = result.modules.filter(({ source }) => source.startsWith('src/'));
    expect(files.length).toBeGreaterThan(50);
    const folders = new Set(files.map(({ source }) => source.split('/')[1]));
    expect(folders).toContain('events');
    expect(result.modules.some(({ dependencies }) => dependencies.length > 5)).toBe(true);
  });

  it('keeps its rules', () => {
    expect(
      result.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`),
    ).toEqual([]);
  });

  it('reads the wall clock only for what ends at a time that is stored or told', () => {
    const readers = globSync('src/**/*.ts').filter((file) =>
      readFileSync(file, 'utf8').includes('Date.now()'),
    );
    expect(readers.filter((file) => !WALL_CLOCK.some((allowed) => allowed.test(file)))).toEqual([]);
  });
});
