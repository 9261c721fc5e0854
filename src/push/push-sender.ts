import { Database, UnitOfWork } from '@carillon/nestjs';
import { Features, inLog, OutageLog } from '@carillon/nestjs/internal';
import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { PushDelivery } from './push-delivery.js';
import { PushSlots } from './push-slots.js';
import { type Device, PushSubscriptionsRepository } from './push-subscriptions.repository.js';

/** Milliseconds between two looks at the queue while nothing is known to be due. */
const LONGEST_PAUSE = 15_000;
/** Milliseconds until the next look while what is due has to wait for a slot. */
const BUSY_PAUSE = 1000;
/** Milliseconds after the queueing of a message: it can be read once its transaction has committed. */
const EXPECTED_AFTER = [20, 200, 2000];

/**
 * Sends what is queued. Any process may send; it reserves a browser for a limited time, so that a process that dies delays
 * nothing for long. A notification is sent at least once.
 */
@Injectable()
export class PushSender implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(PushSender.name);
  readonly #outages = new OutageLog(this.#logger, {
    begins: 'The queue of notifications could not be read. Carillon tries again later.',
    ends: 'The queue of notifications can be read again.',
  });
  readonly #slots = new PushSlots();
  readonly #sending = new Set<Promise<void>>();
  readonly #stopped = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #expected: number[] = [];
  #looking: Promise<void> | undefined;
  #isLookDue = false;

  constructor(
    private readonly features: Features,
    private readonly database: Database,
    private readonly work: UnitOfWork,
    private readonly subscriptions: PushSubscriptionsRepository,
    private readonly delivery: PushDelivery,
  ) {}

  onApplicationBootstrap(): void {
    if (this.features.isOn('push')) this.#look();
  }

  /** What was not sent stays in the queue. */
  async onModuleDestroy(): Promise<void> {
    this.#stopped.abort();
    clearTimeout(this.#timer);
    await this.#looking;
    await Promise.all(this.#sending);
  }

  /** Called after messages were queued. */
  expect(): void {
    this.#expected = [...EXPECTED_AFTER];
    this.#lookAfter(this.#expected.shift()!);
  }

  #lookAfter(milliseconds: number): void {
    clearTimeout(this.#timer);
    if (!this.#stopped.signal.aborted)
      this.#timer = setTimeout(() => this.#look(), milliseconds).unref();
  }

  #look(): void {
    this.#isLookDue = true;
    this.#looking ??= this.#lookNow();
  }

  async #lookNow(): Promise<void> {
    let pause = LONGEST_PAUSE;
    while (this.#isLookDue && !this.#stopped.signal.aborted) {
      this.#isLookDue = false;
      try {
        pause = await this.#lookOnce();
        this.#outages.succeeded();
      } catch (error) {
        this.#outages.failed(error);
        pause = LONGEST_PAUSE;
      }
    }
    // Not in a later microtask: a look that another one asks for in between would be lost.
    this.#looking = undefined;
    this.#lookAfter(Math.min(this.#expected.shift() ?? LONGEST_PAUSE, pause));
  }

  /** @returns milliseconds until the next look. The end of a request causes one earlier. */
  async #lookOnce(): Promise<number> {
    const due = await this.subscriptions.nextTime(this.database.read);
    if (due === null) return LONGEST_PAUSE;
    const pause = Date.parse(due) - Date.now();
    if (pause > 0) return Math.min(pause + 1, LONGEST_PAUSE);
    const devices = await this.#reserve();
    for (const device of devices) this.#send(device);
    this.#isLookDue ||= devices.length > 0;
    return BUSY_PAUSE;
  }

  async #reserve(): Promise<readonly Device[]> {
    const { free, full } = this.#slots;
    if (free === 0) return [];
    const now = Date.now();
    return this.work.run(async ({ db }) => {
      const at = new Date(now).toISOString();
      const due = await this.subscriptions.takeDue(db, at, full, free);
      const devices = this.#slots.fitting(due);
      const ids = devices.map(({ sessionId }) => sessionId);
      const until = new Date(now + this.delivery.longest).toISOString();
      if (ids.length > 0) await this.subscriptions.reserve(db, ids, until);
      return devices;
    });
  }

  #send(device: Device): void {
    this.#slots.take(device);
    const sending = this.delivery
      .sendDue(device, this.#stopped.signal)
      .catch((error: unknown) =>
        this.#logger.error(inLog(error), 'A notification could not be sent. It is sent later.'),
      )
      .then(() => {
        this.#slots.release(device);
        this.#sending.delete(sending);
        this.#look();
      });
    this.#sending.add(sending);
  }
}
