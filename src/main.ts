import 'reflect-metadata';
import cluster from 'node:cluster';
import { readConfig } from './config.js';
import { Processes } from './processes.js';
import { serve } from './serve.js';
import { StartupError } from './startup-error.js';

try {
  const config = readConfig();
  if (config.WEB_CONCURRENCY > 1 && cluster.isPrimary) await new Processes(config).start();
  else await serve(config);
} catch (error) {
  if (!(error instanceof StartupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
