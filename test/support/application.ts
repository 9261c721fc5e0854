import 'reflect-metadata';
import { StartupError } from '@carillon/nestjs';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { createApplication } from '../../src/app.setup.js';
import { readConfig } from '../../src/config.js';
import { useCheapHashesByDefault } from './cheap-hashes.js';
import { temporaryFolder } from './files.js';

export interface RunningApplication {
  readonly app: NestExpressApplication;
  readonly url: string;
  readonly port: number;
  readonly database: string;
  /** Closes the application and removes its database. */
  stop(): Promise<void>;
}

/** Starts the application where it cannot start, and returns the one line of the error. */
export async function refusedStart(environment: Record<string, string>): Promise<string> {
  const settings = { LOG_LEVEL: 'silent', SECURITY_LOG: 'off', ...environment };
  const starting = (async () => createApplication(readConfig(settings)))();
  const error: unknown = await starting.then(
    (app) => app.close(),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StartupError);
  expect((error as Error).message).not.toContain('\n');
  return (error as Error).message;
}

/** Starts the application inside the test's process, on a port and a database file of its own, with cheap hashes. */
export async function startApplication(
  environment: Record<string, string> = {},
): Promise<RunningApplication> {
  useCheapHashesByDefault();
  const folder = temporaryFolder();
  const database = join(folder, 'carillon.db');
  const config = readConfig({
    DATABASE_URL: `sqlite:${database}`,
    FILES_URL: `file:${join(folder, 'files')}`,
    LOG_LEVEL: 'silent',
    SECURITY_LOG: 'off',
    RATE_LIMIT_PER_MINUTE: '0',
    READ_LIMIT_PER_MINUTE: '0',
    ...environment,
  });
  const app = await createApplication(config);
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  return {
    app,
    port,
    url: `http://127.0.0.1:${port}`,
    database,
    stop: async () => {
      const { Streams } = await import('../../packages/nestjs/src/stream/streams.js');
      app.get(Streams, { strict: false }).close();
      app.getHttpServer().closeAllConnections();
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
