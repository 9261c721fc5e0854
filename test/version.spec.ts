import { globSync, readFileSync } from 'node:fs';
import { type RunningApplication, startApplication } from './support/application.js';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
}

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

/** The source; everything else repeats it. */
const { version } = read('package.json') as Manifest;
const packages = globSync('packages/*/package.json');
const manifests = ['package.json', ...packages, ...globSync('examples/*/package.json')];

describe(`the version in package.json, ${version},`, () => {
  it('is that of each package', () => {
    expect(packages.length).toBeGreaterThan(1);
    for (const path of packages)
      expect([path, (read(path) as Manifest).version]).toEqual([path, version]);
  });

  it('is the one on which they depend among themselves', () => {
    const dependencies = manifests.flatMap((path) => {
      const manifest = read(path) as Manifest;
      const ranges = [manifest.dependencies, manifest.devDependencies, manifest.peerDependencies];
      return ranges
        .flatMap((names) => Object.entries(names ?? {}))
        .filter(([name]) => name.startsWith('@carillon/'))
        .map(([name, range]) => ({ path, name, range }));
    });
    expect(dependencies).not.toEqual([]);
    for (const dependency of dependencies)
      expect(dependency).toEqual({ ...dependency, range: version });
  });

  it('is that of each package in package-lock.json', () => {
    const lock = read('package-lock.json') as {
      version: string;
      packages: Record<string, Manifest | undefined>;
    };
    const folders = ['', ...packages.map((path) => path.replace('/package.json', ''))];
    expect(folders.map((folder) => lock.packages[folder]?.version)).toEqual(
      folders.map(() => version),
    );
    expect(lock.version).toBe(version);
  });

  it('is the latest release in CHANGELOG.md, after the unreleased changes', () => {
    const headings = [...readFileSync('CHANGELOG.md', 'utf8').matchAll(/^## \[(.+?)\](.*)$/gm)];
    expect(headings[0]?.slice(1)).toEqual(['Unreleased', '']);
    expect(headings[1]?.slice(1)).toEqual([
      version,
      expect.stringMatching(/^ - \d{4}-\d{2}-\d{2}$/),
    ]);
  });

  describe('in what the server sends', () => {
    let application: RunningApplication;

    beforeAll(async () => {
      application = await startApplication();
    });
    afterAll(() => application.stop());

    it.each(['openapi', 'openapi-3.1', 'asyncapi'])('is that of /api/%s.json', async (name) => {
      const response = await fetch(`${application.url}/api/${name}.json`);
      const { info } = (await response.json()) as { info: { version: string } };
      expect(info.version).toBe(version);
    });
  });
});
