import { Database, type Transaction, UnitOfWork } from '@carillon/nestjs';
import { Periodic } from '@carillon/nestjs/internal';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import ms from 'ms';
import { KEPT, KEPT_FOR } from './notification-limits.js';
import { NotificationsRepository } from './notifications.repository.js';

const TRIM_EVERY = ms('1m');
/** Rows per transaction: one notification can have 10,000, one for each recipient, and one recipient can get thousands in a minute. */
const ROWS_AT_ONCE = 500;
/** Recipients per transaction. */
const AT_ONCE = 50;

/** Removes notifications that are too old, and the oldest of recipients who have too many. */
@Injectable()
export class OldNotifications implements OnModuleInit, OnModuleDestroy {
  readonly #periodic = new Periodic(OldNotifications.name, TRIM_EVERY, () => this.trim());
  #recipients = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly work: UnitOfWork,
    private readonly notifications: NotificationsRepository,
  ) {}

  onModuleInit(): void {
    this.#periodic.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.#periodic.stop();
  }

  /**
   * Recipients who may have too many by now. In memory: if this process dies, the next notification to the same
   * recipient makes up for it.
   */
  noteRecipients(recipients: readonly string[]): void {
    for (const recipient of recipients) this.#recipients.add(recipient);
  }

  async trim(now = Date.now()): Promise<void> {
    await this.#removeBefore(firstIdAt(now - KEPT_FOR));
    const recipients = [...this.#recipients];
    this.#recipients = new Set();
    for (let done = 0; done < recipients.length;)
      done += await this.work.run((tx) =>
        this.#keepNewest(tx, recipients.slice(done, done + AT_ONCE)),
      );
  }

  /** @returns how many of the recipients are done. */
  async #keepNewest({ db }: Transaction, recipients: readonly string[]): Promise<number> {
    let left = ROWS_AT_ONCE;
    for (const [done, recipient] of recipients.entries()) {
      left -= await this.notifications.keepNewest(db, recipient, KEPT, left);
      if (left === 0) return done;
    }
    return recipients.length;
  }

  async #removeBefore(id: string): Promise<void> {
    while (await this.notifications.hasBefore(this.database.read, id))
      await this.work.run(({ db }) => this.notifications.removeBefore(db, id, ROWS_AT_ONCE));
  }
}

/** The start of the UUIDv7s of a millisecond: smaller than all of them (RFC 9562, 5.7). */
function firstIdAt(time: number): string {
  const hex = time.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
