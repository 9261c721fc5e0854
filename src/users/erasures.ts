import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import ms from 'ms';
import { setTimeout as sleep } from 'node:timers/promises';
import { Database } from '../database/database.js';
import { inLog } from '../database/errors.js';
import { type Transaction, UnitOfWork } from '../database/unit-of-work.js';
import { Periodic } from '../periodic.js';
import { ErasuresRepository } from './erasures.repository.js';
import { type Erasure, PersonalData } from './personal-data.js';
import { UserErased, UserRemoved } from './users.events.js';

/** How often erasures are looked for that another process has begun and not ended. */
const EVERY = ms('30s');
const AT_ONCE = 100;
/** Milliseconds after which no request is under way any more that the user sent before: all steps are repeated then. */
const IN_FLIGHT = ms('1m');
/** Milliseconds between two parts, for the commands. */
const PAUSE = 5;

/** Carries out what is left of erasures once they are committed, in small transactions. A restart continues them. */
@EventsHandler(UserErased, UserRemoved)
export class Erasures implements IEventHandler, OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(Erasures.name);
  readonly #periodic = new Periodic(Erasures.name, EVERY, () => this.continueAll());
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

  /** Notes that a user is to be erased, if the transaction commits. */
  async begin(tx: Transaction, erasure: Erasure): Promise<void> {
    const [first] = this.personalData.steps.keys();
    await this.erasures.insert(tx.db, erasure, first!);
  }

  /** Carries out what is left of all erasures, in the background. */
  handle(): void {
    this.#running = this.#running
      .then(() => this.continueAll())
      .catch((error: unknown) => this.#logger.error(inLog(error), 'Failed; tried again later.'));
  }

  /** Resolves when nothing is left of any erasure, but what another process is at work on or what has failed. */
  async continueAll(): Promise<void> {
    for (const userId of await this.erasures.userIds(this.database.read, AT_ONCE))
      try {
        while (!this.#stopped && (await this.#nextPart(userId))) await sleep(PAUSE);
      } catch (error) {
        this.#logger.error(inLog(error), 'An erasure failed; it is continued later.');
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
