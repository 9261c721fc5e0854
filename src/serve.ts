import { StartupError, Streams } from '@carillon/nestjs';
import { Logger } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, Server as TcpServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApplication } from './app.setup.js';
import { Config } from './config.js';
import { serveMetrics } from './metrics/metrics-server.js';
import { Metrics } from './metrics/metrics.js';
import { Lifecycle } from './operations/lifecycle.js';
import { onStopSignal } from './stop-signals.js';

const { STREAM_MAX: DEFAULT_STREAM_MAX } = new Config();
/** Below this number of streams the operator gets a warning, even if they did not set STREAM_MAX. */
const LOW_STREAM_LIMIT = 1000;
/**
 * Connections that wait to be accepted; the kernel limits it to net.core.somaxconn. The kernel drops the SYN of others, whose
 * clients then wait for a second. When 15,000 subscribers come back after a restart, more than 511, Node's default, wait.
 */
const BACKLOG = 4096;
/** Milliseconds in which clients that connected just before the end of listening can send their request. */
const FIRST_REQUEST_TIMEOUT = 200;
/** Milliseconds after which requests that are still in flight are aborted. */
const IN_FLIGHT_TIMEOUT = 3000;

/**
 * Serves until SIGTERM or SIGINT, then shuts down gracefully.
 *
 * @throws StartupError the database or the port cannot be used.
 */
export async function serve(config: Config): Promise<void> {
  ignoreHangup();
  const app = await createApplication(config);
  // Before the first request, which a signal would cut off otherwise.
  stopOnSignal(app, config);
  // In a cluster, the supervisor serves those of all processes.
  if (!cluster.isWorker)
    await serveMetrics(config, () => app.get(Metrics, { strict: false }).text());
  await listen(app, config);
  warnOfFewStreams(app, config);
  warnOfNoSignIn(config);
}

async function listen(app: NestExpressApplication, { PORT, HOST }: Config): Promise<void> {
  // Does not use app.listen(), which logs a line of its own.
  const server: Server = app.getHttpServer();
  try {
    await once(server.listen(PORT, HOST, BACKLOG), 'listening');
  } catch (error) {
    throw startupErrorOf(error as NodeJS.ErrnoException, PORT, HOST);
  }
  const { port } = server.address() as AddressInfo;
  const host = /^(0\.0\.0\.0|::)$/.test(HOST) ? 'localhost' : HOST;
  // In a cluster, the supervisor logs the URL.
  if (cluster.isWorker) process.send?.({ listeningAt: `http://${host}:${port}` });
  else new Logger('Carillon').log(`Listening at http://${host}:${port}`);
}

function warnOfFewStreams(app: NestExpressApplication, { STREAM_MAX }: Config): void {
  const { maximum } = app.get(Streams, { strict: false });
  const isEnough =
    maximum === STREAM_MAX || (STREAM_MAX === DEFAULT_STREAM_MAX && maximum >= LOW_STREAM_LIMIT);
  if (isEnough) return;
  new Logger('Carillon').warn(
    `STREAM_MAX is ${STREAM_MAX}, but only ${maximum} streams can be open, because the limit on open files is too low. Raise it with ulimit -n.`,
  );
}

function warnOfNoSignIn({ PASSWORDS, AUTH_ISSUER }: Config): void {
  if (PASSWORDS || AUTH_ISSUER) return;
  new Logger('Carillon').warn(
    'PASSWORDS is off and AUTH_ISSUER is empty: no user can sign in. Only keys are accepted (npm run key). Set AUTH_ISSUER and AUTH_AUDIENCE to accept access tokens.',
  );
}

function startupErrorOf(error: NodeJS.ErrnoException, port: number, host: string): Error {
  if (error.code === 'EADDRINUSE')
    return new StartupError(
      `PORT is "${port}": another program listens on this port. Stop it, or set PORT to a free port.`,
    );
  if (error.code === 'EACCES')
    return new StartupError(
      `PORT is "${port}": this process is not allowed to listen on this port. Set PORT to a port above 1023.`,
    );
  if (error.syscall === 'getaddrinfo' || error.code === 'EADDRNOTAVAIL')
    return new StartupError(
      `HOST is "${host}": this machine does not have this address. Set HOST to 0.0.0.0 to listen on all addresses.`,
    );
  return error;
}

/** A single process shuts down gracefully on the first SIGTERM or SIGINT, and exits immediately on a second one. */
function stopOnSignal(app: NestExpressApplication, config: Config): void {
  if (cluster.worker) return stopAsWorker(app, config, cluster.worker);
  onStopSignal(
    () => stop(app, config),
    (signal) => process.exit(signal === 'SIGINT' ? 130 : 143),
  );
}

/**
 * A process of a cluster shuts down gracefully, however many signals it gets: a signal to the process group reaches it
 * twice, because the supervisor forwards it. Only the supervisor ends it early, with SIGKILL or by exiting itself.
 */
function stopAsWorker(app: NestExpressApplication, config: Config, worker: Worker): void {
  let isStopping = false;
  process.on('SIGTERM', () => {
    if (!isStopping) stop(app, config);
    isStopping = true;
  });
  // A terminal sends SIGINT to all processes; the supervisor handles it.
  process.on('SIGINT', () => undefined);
  // Sending to a supervisor that has just died fails. The 'disconnect' event follows.
  worker.on('error', () => undefined);
}

/** By default, SIGHUP ends a process without closing frames. In a cluster, the supervisor handles it. */
function ignoreHangup(): void {
  process.on('SIGHUP', () => {
    if (cluster.isWorker) return;
    new Logger('Carillon').warn(
      'SIGHUP is ignored: it replaces processes only if WEB_CONCURRENCY is above 1.',
    );
  });
}

function stop(app: NestExpressApplication, config: Config): void {
  shutDown(app, config).then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`The shutdown failed: ${String(error)}\n`);
      process.exit(1);
    },
  );
}

async function shutDown(app: NestExpressApplication, config: Config): Promise<void> {
  const server: Server = app.getHttpServer();
  new Logger('Carillon').log('Shutting down');
  app.get(Lifecycle, { strict: false }).stop();
  app.get(Streams, { strict: false }).close();
  await sleep(config.SHUTDOWN_DELAY);
  setTimeout(() => server.closeAllConnections(), IN_FLIGHT_TIMEOUT).unref();
  // The `close` of an HTTP server would also close idle connections, whose clients may be about to send a request.
  TcpServer.prototype.close.call(server);
  await sleep(FIRST_REQUEST_TIMEOUT);
  // A connection that becomes idle after its last response would otherwise stay open for some seconds.
  setInterval(() => server.closeIdleConnections(), 50).unref();
  await app.close();
}
