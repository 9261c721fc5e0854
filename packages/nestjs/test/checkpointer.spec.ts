import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Checkpointer, MAX_WAL_FRAMES } from '../src/sqlite/checkpointer.js';
import { temporaryFolder } from '../../../test/support/files.js';
import { until } from '../../../test/support/wait.js';

describe('a checkpoint thread', () => {
  const folder = temporaryFolder();
  const [file, starts] = [join(folder, 'thread.mjs'), join(folder, 'starts')];
  let errors: string[];
  let entries: string[];
  let checkpointer: Checkpointer;

  beforeEach(() => {
    [errors, entries] = [[], []];
    jest
      .spyOn(Logger.prototype, 'error')
      .mockImplementation((text) => void errors.push(text as string));
    jest
      .spyOn(Logger.prototype, 'log')
      .mockImplementation((text) => void entries.push(text as string));
    checkpointer = new Checkpointer('', () => undefined, pathToFileURL(file));
  });
  afterEach(async () => {
    await checkpointer.close();
    jest.restoreAllMocks();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('whose file is missing is reported once, and again when it works', async () => {
    await checkpointer.committed(1);
    await until(() => errors.length > 0);
    writeFileSync(file, ANSWERING);
    await until(() => entries.length > 0);
    expect(errors).toEqual([
      expect.stringMatching(/^The WAL cannot be moved .*its thread ended: .*Cannot find module/),
    ]);
    expect(entries).toEqual(['The WAL can be moved into the database file again.']);
  });

  it('that fails when it starts is started again after longer and longer pauses', async () => {
    writeFileSync(file, failing(starts));
    await checkpointer.committed(1);
    await until(async () => {
      // Commits do not wait for a thread that fails, and do not start it.
      await checkpointer.committed(MAX_WAL_FRAMES);
      return startsIn(starts).length >= 4;
    });
    const [first, second, third, fourth] = startsIn(starts) as [number, number, number, number];
    expect(second - first).toBeGreaterThanOrEqual(125);
    expect(third - second).toBeGreaterThanOrEqual(250);
    expect(fourth - third).toBeGreaterThanOrEqual(500);
    expect(errors).toHaveLength(1);
  });
});

const ANSWERING = `import { parentPort } from 'node:worker_threads';
parentPort.on('message', (request) => {
  if (request === 'close') parentPort.close();
  else parentPort.postMessage({ isComplete: true });
});`;

const failing = (log: string): string => `import { appendFileSync } from 'node:fs';
appendFileSync(${JSON.stringify(log)}, Date.now() + '\\n');
throw new Error('It fails.');`;

const startsIn = (log: string): number[] =>
  existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n').map(Number) : [];
