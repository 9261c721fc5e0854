import 'reflect-metadata';
import { CarillonModule, TransientEvents } from '@carillon/nestjs';
import { forwardNotifications } from '@carillon/nestjs/cluster';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import cluster, { type Worker } from 'node:cluster';

/**
 * Two workers on one database. When both are open, the first sends a message of the application and then a transient
 * event. The second prints what it receives.
 */
@Module({
  imports: [
    CqrsModule.forRoot(),
    CarillonModule.forRoot({ database: process.env['DATABASE_URL']! }),
    CarillonModule.forFeature({
      name: 'notices',
      topics: { notices: { audience: 'anyone', snapshot: '/notices' } },
    }),
  ],
})
class NoticesModule {}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

function runPrimary(): void {
  forwardNotifications();
  forwardNotifications();
  const open: Worker[] = [];
  cluster.on('message', (from: Worker, message: object) => {
    if (!('open' in message)) return;
    if (open.push(from) < 2) return;
    say('all ready');
    open[0]!.send('begin');
  });
  for (const role of ['first', 'second']) cluster.fork({ ROLE: role });
  process.once('SIGTERM', () => {
    for (const worker of Object.values(cluster.workers ?? {})) worker!.process.kill('SIGTERM');
  });
}

async function runWorker(): Promise<void> {
  const app = await NestFactory.createApplicationContext(NoticesModule, { logger: ['error'] });
  const transientEvents = app.get(TransientEvents, { strict: false });
  transientEvents.events.subscribe(({ data }) => say(`${process.pid} received ${String(data)}`));
  process.on('message', (message) => {
    if (message !== 'begin') return;
    process.send!({ notice: 'of the application' });
    for (const data of ['one', 'two'])
      void transientEvents.send({ topics: ['notices'], type: 'notice', data });
  });
  process.on('message', (message) => say(`${process.pid} got ${JSON.stringify(message)}`));
  process.once('SIGTERM', () => void app.close().then(() => cluster.worker!.disconnect()));
  process.send!({ open: true });
}

if (cluster.isPrimary) runPrimary();
else await runWorker();
