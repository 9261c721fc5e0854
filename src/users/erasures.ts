import { Database, type Transaction, UnitOfWork } from '@carillon/nestjs';
import { inLog, Periodic } from '@carillon/nestjs/internal';
import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import ms from 'ms';
import { setTimeout as sleep } from 'node:timers/promises';
import { ErasuresRepository } from './erasures.repository.js';
import { type Erasure, PersonalData } from './personal-data.js';
import { UserErased, UserRemoved } from './users.events.js';

/** How often to look for erasures that another process has left unfinished. */
const INTERVAL = ms('30s');
const BATCH_SIZE = 100;
/** Milliseconds after which every earlier request of the user has ended. Then all steps are repeated. */
const IN_FLIGHT = ms('1m');
/** Milliseconds between two parts, which leave time for commands. */
const PAUSE = 5;

/** Completes committed erasures in small transactions. A restart continues them. */
@EventsHandler(UserErased, UserRemoved)
export class Erasures implements IEventHandler, OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(Erasures.name);
  readonly #periodic = new Periodic(Erasures.name, INTERVAL, () => this.continueAll());
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(
    private readonly database: Database,
    private readonly work: UnitOfWork,
    private readonly erasures: ErasuresRepository,
    private readonly personalData: PersonalData,
  ) {}

  onApplicationBootstrap(): void {
    this.#periodic.start();
    this.handle();
  }

  async onModuleDestroy(): Promise<void> {
    this.#stopped = true;
    await this.#periodic.stop();
    await this.#running;
  }

  /** Schedules the erasure of a user, once the transaction commits. */
  async begin(tx: Transaction, erasure: Erasure): Promise<void> {
    const [first] = this.personalData.steps.keys();
    await this.erasures.insert(tx.db, erasure, first!);
  }

  /** Completes all erasures, in the background. */
  handle(): void {
    this.#running = this.#running
      .then(() => this.continueAll())
      .catch((error: unknown) =>
        this.#logger.error(inLog(error), 'A background task failed. Carillon tries again later.'),
      );
  }

  /** Resolves when all erasures are complete, except those that another process runs or that failed. */
  async continueAll(): Promise<void> {
    for (const userId of await this.erasures.userIds(this.database.read, BATCH_SIZE))
      try {
        while (!this.#stopped && (await this.#nextPart(userId))) await sleep(PAUSE);
      } catch (error) {
        this.#logger.error(inLog(error), 'An erasure failed. Carillon continues it later.');
      }
  }

  /** @returns whether there may be more. */
  #nextPart(userId: string): Promise<boolean> {
    return this.work.run(async (tx) => {
      const found = await this.erasures.take(tx.db, userId);
      if (!found) return false;
      const { erasure, step, after, isRepeated } = found;
      const { steps } = this.personalData;
      const names = [...steps.keys()];
      const next = await steps.get(step)?.(tx, erasure, after);
      const following = next === undefined ? names[names.indexOf(step) + 1] : step;
      if (following !== undefined)
        await this.erasures.continueAt(tx.db, userId, following, next ?? '');
      else if (isRepeated) await this.erasures.remove(tx.db, userId);
      else await this.erasures.repeatAt(tx.db, userId, names[0]!, new Date(Date.now() + IN_FLIGHT));
      return following !== undefined;
    });
  }
}
