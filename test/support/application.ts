import 'reflect-metadata';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApplication } from '../../src/app.setup.js';
import { readConfig } from '../../src/config.js';

export interface RunningApplication {
  readonly app: NestExpressApplication;
  readonly url: string;
  readonly port: number;
  readonly database: string;
  /** Closes the application and removes its database. */
  stop(): Promise<void>;
}

/** Starts the application inside the test's process, on a port and a database file of its own. */
export async function startApplication(
  environment: Record<string, string> = {},
): Promise<RunningApplication> {
  const folder = temporaryFolder();
  const database = join(folder, 'carillon.db');
  const config = readConfig({
    DATABASE_URL: `sqlite:${database}`,
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
      const { Streams } = await import('../../src/events/streams.js');
      app.get(Streams, { strict: false }).close();
      app.getHttpServer().closeAllConnections();
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'carillon-'));
