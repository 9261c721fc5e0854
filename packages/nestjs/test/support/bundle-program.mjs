import { join } from 'node:path';
import { build } from 'rolldown';

const THREADS = ['sqlite/checkpoint.worker', 'sqlite/reader.worker'];

/**
 * `node bundle-program.mjs FOLDER PROGRAM…` makes each program of this folder one file with the libraries that it imports,
 * beside the threads that it starts.
 */
const [folder, ...programs] = process.argv.slice(2);
await build({
  input: [
    ...programs.map((name) => join(import.meta.dirname, `${name}.ts`)),
    ...THREADS.map((name) => join(import.meta.dirname, '../../src', `${name}.ts`)),
  ],
  platform: 'node',
  logLevel: 'warn',
  resolve: { conditionNames: ['@carillon/source', 'node'] },
  external: [
    // Native code, and what Nest finds optional.
    'better-sqlite3',
    'class-transformer',
    'pg-native',
    /^@fastify\//,
    /^@nestjs\/(microservices|websockets)/,
  ],
  output: { dir: folder, keepNames: true },
});
