import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, Server as TcpServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApplication } from './app.setup.js';
import { Config } from './config.js';
import { Streams } from './events/streams.js';
import { Lifecycle } from './operations/lifecycle.js';
import { StartupError } from './startup-error.js';
import { onStopSignal } from './stop-signals.js';

const { STREAM_MAX: DEFAULT_STREAM_MAX } = new Config();
/** Streams below which an operator wants to know, though they did not ask for more. */
const FEW = 1000;
/** Milliseconds in which a probe sees that this process is not ready, before it stops listening. */
const NOTICE = 1000;
/** Milliseconds for who has just connected to say what they want, once nobody else can connect. */
const LAST_WORDS = 200;
/** Milliseconds after which requests that still run are cut off. */
const PATIENCE = 3000;

/**
 * Serves until SIGTERM or SIGINT, and then ends in order.
 *
 * @throws StartupError the database or the port cannot be used.
 */
export async function serve(config: Config): Promise<void> {
  surviveHangup();
  const app = await createApplication(config);
  await listen(app, config);
  warnOfFewStreams(app, config);
  stopOnSignal(app);
}

async function listen(app: NestExpressApplication, { PORT, HOST }: Config): Promise<void> {
  // Not with app.listen(), which would log what is told below in one line.
  const server: Server = app.getHttpServer();
  try {
    await once(server.listen(PORT, HOST), 'listening');
  } catch (error) {
    throw unusable(error as NodeJS.ErrnoException, PORT, HOST);
  }
  const { port } = server.address() as AddressInfo;
  const host = /^(0\.0\.0\.0|::)$/.test(HOST) ? 'localhost' : HOST;
  // Of several processes, the one that started them tells.
  if (cluster.isWorker) process.send?.({ listeningAt: `http://${host}:${port}` });
  else new Logger('Carillon').log(`Listening at http://${host}:${port}`);
}

function warnOfFewStreams(app: NestExpressApplication, { STREAM_MAX }: Config): void {
  const { maximum } = app.get(Streams, { strict: false });
  const isEnough = maximum === STREAM_MAX || (STREAM_MAX === DEFAULT_STREAM_MAX && maximum >= FEW);
  if (isEnough) return;
  new Logger('Carillon').warn(
    `STREAM_MAX is ${STREAM_MAX}, but only ${maximum} streams can be open: the limit of open files is too low (ulimit -n).`,
  );
}

function unusable(error: NodeJS.ErrnoException, port: number, host: string): Error {
  if (error.code === 'EADDRINUSE')
    return new StartupError(
      `PORT is "${port}": another program listens there; stop it, or set PORT to a free port.`,
    );
  if (error.code === 'EACCES')
    return new StartupError(
      `PORT is "${port}": this process may not listen there; set PORT to one above 1023.`,
    );
  if (error.syscall === 'getaddrinfo' || error.code === 'EADDRNOTAVAIL')
    return new StartupError(
      `HOST is "${host}": this machine has no such address; 0.0.0.0 listens on all it has.`,
    );
  return error;
}

/** A process by itself ends in order on the first SIGTERM or SIGINT, and at once on a later one. */
function stopOnSignal(app: NestExpressApplication): void {
  if (cluster.worker) return stopWhenTold(app, cluster.worker);
  onStopSignal(
    () => stop(app),
    (signal) => process.exit(signal === 'SIGINT' ? 130 : 143),
  );
}

/**
 * One of several processes ends in order, however often it is told to: a signal to all of them reaches it twice, since
 * the process that started it passes it on. That one alone cuts it short, with SIGKILL or by its own end.
 */
function stopWhenTold(app: NestExpressApplication, worker: Worker): void {
  let isStopping = false;
  process.on('SIGTERM', () => {
    if (!isStopping) stop(app);
    isStopping = true;
  });
  // A terminal sends SIGINT to all processes.
  process.on('SIGINT', () => undefined);
  // What is on its way to it when the other one dies fails, a moment before 'disconnect'.
  worker.on('error', () => undefined);
}

/** SIGHUP would end a process without closing frames. Of several, the one that started them acts on it. */
function surviveHangup(): void {
  process.on('SIGHUP', () => {
    if (cluster.isWorker) return;
    new Logger('Carillon').warn(
      'SIGHUP is ignored: with WEB_CONCURRENCY above 1 it replaces the processes one by one, but this one is alone.',
    );
  });
}

function stop(app: NestExpressApplication): void {
  shutDown(app).then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`The shutdown failed: ${String(error)}\n`);
      process.exit(1);
    },
  );
}

async function shutDown(app: NestExpressApplication): Promise<void> {
  const server: Server = app.getHttpServer();
  new Logger('Carillon').log('Shutting down');
  app.get(Lifecycle, { strict: false }).stop();
  app.get(Streams, { strict: false }).close();
  await sleep(NOTICE);
  setTimeout(() => server.closeAllConnections(), PATIENCE).unref();
  // An HTTP server's own would at the same time cut off those who are about to ask.
  TcpServer.prototype.close.call(server);
  await sleep(LAST_WORDS);
  // A connection that falls idle after its last answer would otherwise be kept alive for some seconds more.
  setInterval(() => server.closeIdleConnections(), 50).unref();
  await app.close();
}
