import { existsSync, statfsSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

// Node keeps compiled code there: the processes that the tests start need a quarter less CPU time to start.
process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), `carillon-compile-cache-${userInfo().uid}`);

/** A file system in memory, as Linux has it; often small in a container. */
const MEMORY = '/dev/shm';
/** Bytes that the files of a whole run need, and as much again. */
const ROOM = 2 ** 31;
const hasRoom = ({ bavail, bsize }) => bavail * bsize > ROOM;
// Each command of a server waits for a flush, which takes 1 to 30 ms on a disk. No test cuts the power of the machine.
if (existsSync(MEMORY) && hasRoom(statfsSync(MEMORY))) process.env.TMPDIR ??= MEMORY;

/** Runs specs in the modules of their worker: `test/runner/run-spec.js`. */
const shared = {
  testRunner: '<rootDir>/test/runner/run-spec.js',
  testEnvironment: '<rootDir>/test/runner/environment.js',
};
/** Runs each spec in modules of its own. Node 24 cannot load CommonJS modules while hooks compile TypeScript. */
const separate = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
};
const isNode24 = process.version.startsWith('v24.');

/** @type {import('jest').Config} */
export default {
  rootDir: '.',
  roots: ['<rootDir>/test', '<rootDir>/packages'],
  ...(isNode24 ? separate : shared),
  // The packages of this repository are tested as they are written, and not as they were last built.
  testEnvironmentOptions: { customExportConditions: ['@carillon/source', 'node', 'node-addons'] },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        sourceMaps: 'inline',
        module: { type: 'es6' },
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
          keepClassNames: true,
        },
      },
    ],
  },
  testSequencer: '<rootDir>/test/sequencer.js',
  testTimeout: 60_000,
  // More than the cores of a small machine: specs wait a third of their time, for processes, retries and pages.
  maxWorkers: 3,
};
