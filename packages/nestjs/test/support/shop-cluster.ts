import { forwardNotifications } from '@carillon/nestjs/cluster';
import cluster, { type Worker } from 'node:cluster';
import { join } from 'node:path';

const WORKERS = 2;

/** The applications of `shop-app.ts` as workers of one cluster, as an application on `node:cluster` starts them. */
cluster.setupPrimary({ exec: join(import.meta.dirname, 'shop-app.js') });

let ready = 0;
forwardNotifications();
cluster.on('message', (_from: Worker, message: object) => {
  if ('ready' in message && ++ready === WORKERS) process.stdout.write('all ready\n');
});
let isStopping = false;
cluster.on('exit', () => {
  if (!isStopping) cluster.fork();
});
process.once('SIGTERM', () => {
  isStopping = true;
  for (const worker of Object.values(cluster.workers ?? {})) worker!.process.kill('SIGTERM');
});

for (let worker = 0; worker < WORKERS; worker++) cluster.fork();
