import Sqlite from 'better-sqlite3';
import { execFile } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '../../../test/support/files.js';
import { install, mistakesIn, pack, type PackedPackage } from '../../../test/support/packed.js';
import { freePort } from '../../../test/support/ports.js';
import { until } from '../../../test/support/wait.js';
import { commands, compileReadme, ReadmeApplication } from './support/readme-application.js';

const run = promisify(execFile);
const PACKAGE = join(import.meta.dirname, '..', 'package.json');
/** The peers that an application of `nest new` has. */
const NEST_NEW = [
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/platform-express',
  'reflect-metadata',
  'rxjs',
];

describe('the package, as npm packs it', () => {
  const folder = temporaryFolder();
  let packed: PackedPackage;

  beforeAll(async () => {
    packed = await pack('nestjs', folder);
    await install('nestjs', packed.tarball, folder);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('contains the compiled modules with their threads and types, the sources, and no tests', () => {
    expect(packed.files).toEqual(
      expect.arrayContaining([
        ...['index', 'cluster', 'internal', 'operations', 'testing'].flatMap((entry) => [
          `dist/${entry}.js`,
          `dist/${entry}.d.ts`,
          `src/${entry}.ts`,
        ]),
        'dist/sqlite/checkpoint.worker.js',
        'dist/sqlite/reader.worker.js',
        'README.md',
        'LICENSE',
      ]),
    );
    expect(packed.files.filter((file) => /(^|\/)test\/|\.(spec|test)\./.test(file))).toEqual([]);
  });

  it('resolves in Node, bundlers and TypeScript', async () => {
    expect(await mistakesIn(packed.tarball)).toEqual([]);
  });

  it('has the packages whose types applications use as peers, and its README installs them', () => {
    const { peerDependencies } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as {
      peerDependencies: Record<string, string>;
    };
    expect(Object.keys(peerDependencies)).toContain('kysely');
    const [installation] = commands() as [string];
    const installed = installation.replace('npm install @carillon/nestjs ', '').split(' ');
    expect([...NEST_NEW, ...installed].toSorted()).toEqual(
      Object.keys(peerDependencies).toSorted(),
    );
  });

  it('loads without flags, and opens a SQLite database', async () => {
    const code = `
      import '@carillon/nestjs/testing';
      import { UnitOfWork } from '@carillon/nestjs';
      import { openDatabase } from '@carillon/nestjs/operations';
      const engine = await openDatabase('sqlite:./loaded.db');
      const work = new UnitOfWork(engine, { isRegistered: () => true });
      await work.run(async (tx) => tx.record({ topic: 'a', type: 'b', data: {} }));
      await engine.close();`;
    await run(process.execPath, ['--input-type=module', '--eval', code], { cwd: folder });
    const database = new Sqlite(join(folder, 'loaded.db'), { readonly: true });
    expect(database.prepare('select position, type from events').all()).toEqual([
      { position: 1, type: 'b' },
    ]);
    database.close();
  });

  describe('used as its README says', () => {
    let port: number;
    let app: ReadmeApplication;
    const curls = commands().filter((command) => command.startsWith('curl'));
    const running: AbortController[] = [];

    beforeAll(async () => {
      expect(await compileReadme(folder)).toEqual([]);
      port = await freePort();
      app = new ReadmeApplication(folder, port);
      await until(() => app.hasEnded || app.output.includes('successfully started'));
      expect(app.output).toContain('successfully started');
    });
    afterAll(async () => {
      for (const each of running) each.abort();
      await app.stop();
    });

    /** Runs a command of the README, which may go on. */
    function start(command: string) {
      const result = { output: '' };
      const abort = new AbortController();
      running.push(abort);
      const local = command.replace('localhost:3000', `127.0.0.1:${port}`);
      const child = execFile('sh', ['-c', `exec ${local}`], { signal: abort.signal }, () => {});
      child.stdout!.on('data', (text: string) => (result.output += text));
      return result;
    }

    it('streams what its curl commands record, and continues from the last id', async () => {
      const [follow, place, resume] = curls as [string, string, string];
      const live = start(follow);
      await until(() => live.output.includes('id: '));
      start(place);
      await until(() => /event: order.placed\ndata: .*"book".*\nid: /.test(live.output));
      const [last] = live.output.match(/[\da-f]{8}-1$/m)!;
      start(place);
      await until(() => live.output.includes(last.replace(/1$/, '2')));
      const resumed = start(resume.replace('6b1f0c2a-1', last));
      await until(() => /^event: order.placed\ndata: .*\nid: .*-2$/m.test(resumed.output));
      expect(resumed.output.match(/order\.placed/g)).toHaveLength(1);
    });

    it('returns a cursor with its list', async () => {
      const response = await fetch(`http://127.0.0.1:${port}/orders`);
      expect(await response.json()).toHaveLength(2);
      expect(response.headers.get('Last-Event-ID')).toMatch(/-2$/);
    });

    it('handles events durably', async () => {
      await until(() => app.output.split('Sends a mail about book').length === 3);
      const database = new Sqlite(join(folder, 'data/app.db'), { readonly: true });
      const invoices = () => database.prepare('select item from invoices').all();
      await until(() => invoices().length === 2);
      database.close();
    });

    it('backs up its database with its own tool', async () => {
      const { stdout } = await run(process.execPath, ['dist/backup.js'], { cwd: folder });
      expect(stdout).toContain('Everything up to event 2');
    });

    it('passes its own test', async () => {
      const { stdout } = await run(
        process.execPath,
        ['--test', 'dist/orders/place-order.test.js'],
        {
          cwd: folder,
          env: { PATH: process.env['PATH'] },
        },
      );
      expect(stdout).toMatch(/(pass 1)[^]*fail 0/);
    });
  });
});
