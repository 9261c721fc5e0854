import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Subscription } from 'rxjs';
import { Database } from '../engine/database.js';
import { inLog } from '../engine/errors.js';
import { Periodic } from '../engine/periodic.js';
import type { SubscriptionsTable } from '../engine/schema.js';
import { EventFeed } from '../log/event-feed.js';
import { CarillonOptions } from '../options.js';
import { UnitOfWork } from '../transaction/unit-of-work.js';
import { subscriptionsWithRequests } from './dead-letters.js';
import { type DeclaredSubscription, declaredSubscriptions } from './declared-subscriptions.js';
import { EventReader } from './event-reader.js';
import { claim, registerSubscription, release, renew } from './lease.js';
import { SilenceMeter } from './silence-meter.js';
import { SubscriptionRunner } from './subscription-runner.js';
import { Subscriptions } from './subscriptions.js';

/** How often per lease a process renews its leases and checks those of other processes. */
const LOOKS_PER_LEASE = 3;
/** Maximum milliseconds between two claims, so that other processes can claim some, too. */
const CLAIM_PAUSE = 50;

/**
 * Distributes the subscriptions of the application among all processes that declare them. One process at a time owns a
 * subscription.
 *
 * The owner increments `renewals`. A process that sees the same number for a whole lease, by its own monotonic clock,
 * takes over and increments `term`. Clocks of different processes are never compared. Taking over too early is harmless:
 * only the owner of the newest term can move the cursor (`holdLease`).
 */
@Injectable()
export class SubscriptionHost implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(SubscriptionHost.name);
  readonly #owner = `${hostname()}/${process.pid}/${randomBytes(4).toString('hex')}`;
  readonly #runners = new Map<string, SubscriptionRunner>();
  readonly #silence: SilenceMeter;
  readonly #renewals: Periodic;
  readonly #looks: Periodic;
  readonly #events: Subscription[] = [];
  #declared = new Map<string, DeclaredSubscription>();
  #looking: Promise<void> | undefined;
  #isStopped = false;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly database: Database,
    private readonly work: UnitOfWork,
    private readonly feed: EventFeed,
    private readonly reader: EventReader,
    private readonly subscriptions: Subscriptions,
    private readonly options: CarillonOptions,
  ) {
    const { lease } = options.subscriptions;
    this.#silence = new SilenceMeter(lease);
    this.#renewals = new Periodic('SubscriptionLeases', lease / LOOKS_PER_LEASE, () =>
      this.#renew(),
    );
    this.#looks = new Periodic('Subscriptions', lease / LOOKS_PER_LEASE, () => this.#look());
  }

  /** @throws StartupError a subscription is not declared correctly. */
  async onApplicationBootstrap(): Promise<void> {
    const declared = declaredSubscriptions(this.discovery);
    if (declared.length === 0) return;
    this.#declared = new Map(declared.map((each) => [each.name, each]));
    await this.#register();
    const { events, gaps, redactions, restarts } = this.feed;
    this.#events.push(
      events.subscribe((run) => this.#runners.forEach((runner) => runner.receive(run))),
      gaps.subscribe(() => this.#runners.forEach((runner) => runner.wake())),
      redactions.subscribe(() => this.#runners.forEach((runner) => runner.readAgain())),
      restarts.subscribe(() => this.#runners.forEach((runner) => runner.restart())),
      this.subscriptions.changes.subscribe(() => this.#lookNow()),
    );
    this.#renewals.start();
    this.#looks.start();
    this.#lookNow();
  }

  /** Waits for the running handlers and releases the subscriptions, so that other processes can claim them. */
  async onModuleDestroy(): Promise<void> {
    this.#isStopped = true;
    const runners = [...this.#runners.values()];
    runners.forEach((runner) => runner.stop());
    await this.#looks.stop();
    await this.#looking;
    const deadline = sleep(this.options.subscriptions.shutdownTimeout, undefined, { ref: false });
    // A claim that was in progress may have added a runner.
    const all = new Set([...runners, ...this.#runners.values()]);
    await Promise.all([...all].map((runner) => this.#end(runner, deadline)));
    await this.#renewals.stop();
    this.#events.forEach((subscription) => subscription.unsubscribe());
  }

  /** A runner that does not end keeps its lease until the lease expires, because its handler is still running. */
  async #end(runner: SubscriptionRunner, deadline: Promise<void>): Promise<void> {
    runner.stop();
    const isLate = deadline.then(() => true);
    if (await Promise.race([runner.ended.then(() => false), isLate])) {
      this.#logger.error(
        `A handler of ${runner.name} is still running. The shutdown does not wait for it.`,
      );
      return;
    }
    await this.work
      .run(({ db }) => release(db, runner))
      .catch((error: unknown) =>
        this.#logger.warn(
          inLog(error),
          `${runner.name} could not be released. Another process takes over when its lease expires.`,
        ),
      );
  }

  async #register(): Promise<void> {
    const known = await this.#read();
    const isNew = ({ name }: DeclaredSubscription) => !known.some((row) => row.name === name);
    const added = [...this.#declared.values()].filter(isNew);
    if (added.length === 0) return;
    await this.work.run(async ({ db }) => {
      for (const { name, options } of added) await registerSubscription(db, name, options.from);
    });
  }

  #read(): Promise<SubscriptionsTable[]> {
    return this.database.read
      .selectFrom('subscriptions')
      .selectAll()
      .where('name', 'in', [...this.#declared.keys()])
      .execute();
  }

  /** Renews only what it runs: a subscription whose claim got no response becomes free again. */
  async #renew(): Promise<void> {
    const names = [...this.#runners.keys()];
    if (names.length > 0) await this.work.run(({ db }) => renew(db, this.#owner, names));
  }

  #lookNow(): void {
    this.#look().catch((error: unknown) =>
      this.#logger.error(
        inLog(error),
        'The subscriptions could not be read. Carillon tries again later.',
      ),
    );
  }

  #look(): Promise<void> {
    return (this.#looking ??= this.#lookOnce().finally(() => (this.#looking = undefined)));
  }

  async #lookOnce(): Promise<void> {
    const requests = await subscriptionsWithRequests(this.database.read);
    const rows = await this.#read();
    const others = rows.filter((row) => !this.#isOwn(row, requests.has(row.name)));
    // In random order, one at a time, so that processes that start together share the free subscriptions.
    for (const row of shuffled(others.filter((row) => this.#silence.isFree(row)))) {
      if (this.#isStopped) return;
      if (await this.#claim(row)) await sleep(Math.random() * CLAIM_PAUSE);
    }
  }

  /** @returns whether this process runs the subscription. The runner of a lost subscription ends itself. */
  #isOwn(row: SubscriptionsTable, hasRequests: boolean): boolean {
    const runner = this.#runners.get(row.name);
    if (row.owner === this.#owner && runner?.term === row.term) {
      runner.notice(row, hasRequests);
      return true;
    }
    runner?.restart();
    return false;
  }

  async #claim(seen: SubscriptionsTable): Promise<boolean> {
    // The handlers of a lost lease end first, so this process never runs a subscription twice.
    if (this.#runners.has(seen.name)) return false;
    const row = await this.work.run(({ db }) => claim(db, seen, this.#owner));
    if (!row) return false;
    if (seen.owner) this.#logger.warn(`Taking over ${row.name} from ${seen.owner}.`);
    this.#start(row);
    return true;
  }

  #start(row: SubscriptionsTable): void {
    const declared = this.#declared.get(row.name)!;
    const runner = new SubscriptionRunner(declared, row, this.work, this.database, this.reader);
    this.#runners.set(row.name, runner);
    void runner.ended.then(() => this.#runners.delete(row.name));
  }
}

/** The list in random order. */
function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((value) => ({ value, rank: Math.random() }))
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ value }) => value);
}
