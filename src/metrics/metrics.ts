import { Statistics, Subscriptions } from '@carillon/nestjs';
import {
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import cluster from 'node:cluster';
import type { Server } from 'node:http';
import { Passwords } from '../accounts/passwords.js';
import { Config } from '../config.js';
import { RequestStatistics } from '../http/request-statistics.js';
import { version } from '../version.js';
import { collect, type Family, type Report } from './family.js';
import { httpFamilies } from './http-families.js';
import { loadFamilies } from './load-families.js';
import { logFamilies } from './log-families.js';
import { write } from './open-metrics.js';
import { processFamilies, serverFamilies } from './process-families.js';
import { ProcessStatistics } from './process-statistics.js';
import { areMetricsOn } from './settings.js';
import { streamFamilies } from './stream-families.js';
import { subscriptionFamilies } from './subscription-families.js';
import { WorkerMetrics } from './worker-metrics.js';

const ALONE = { reporting: 1, silent: 0, exits: { crashed: 0, stopped: 0 } };

/** The metrics of this process, and of all processes of this server. */
@Injectable()
export class Metrics implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #families: readonly Family[];
  readonly #worker: WorkerMetrics | undefined;

  constructor(
    config: Config,
    host: HttpAdapterHost,
    statistics: Statistics,
    subscriptions: Subscriptions,
    requests: RequestStatistics,
    processes: ProcessStatistics,
    passwords: Passwords,
  ) {
    const connections = () => connectionsOf(host.httpAdapter.getHttpServer() as Server);
    this.#families = [
      ...streamFamilies(statistics, config),
      ...logFamilies(statistics),
      ...loadFamilies(statistics, requests, () => passwords.waiting),
      ...httpFamilies(requests, connections),
      ...subscriptionFamilies(subscriptions),
      ...processFamilies(processes, version),
    ];
    const isReporting = cluster.isWorker && areMetricsOn(config);
    if (isReporting) this.#worker = new WorkerMetrics(() => this.#report());
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.#worker?.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#worker?.stop();
  }

  /**
   * The metrics of this server as OpenMetrics. Counters never decrease while the server runs.
   *
   * @throws Problem `unavailable`: the supervisor does not respond.
   */
  async text(): Promise<string> {
    if (this.#worker) return this.#worker.read();
    return write([await this.#report(), await collect(serverFamilies(ALONE))]);
  }

  #report(): Promise<Report> {
    return collect(this.#families);
  }
}

const connectionsOf = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.getConnections((error, count) => resolve(error ? 0 : count));
  });
