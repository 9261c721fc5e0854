import { StartupError } from '@carillon/nestjs';
import 'reflect-metadata';
import cluster from 'node:cluster';
import { readConfig } from './config.js';
import { ClusterSupervisor } from './cluster-supervisor.js';
import { serve } from './serve.js';

try {
  const config = readConfig();
  if (config.WEB_CONCURRENCY > 1 && cluster.isPrimary) await new ClusterSupervisor(config).start();
  else await serve(config);
} catch (error) {
  if (!(error instanceof StartupError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
