import { Database, type Transaction } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Erasure, PersonalDataOfFeature } from '../users/personal-data.js';
import { NotificationRead, notificationsSubject, withoutContent } from './notifications.events.js';
import { NotificationsRepository } from './notifications.repository.js';
import { ReadersRepository } from './readers.repository.js';

/** Rows or events per part of an erasure: few enough not to delay commands. */
const AT_ONCE = 100;
/** Rows per page of an export. */
const PAGE = 500;

/** The notifications of a user, and the events that contain them. */
@Injectable()
export class NotificationsData implements PersonalDataOfFeature {
  readonly steps = {
    notifications: (tx: Transaction, erasure: Erasure) => this.#erase(tx, erasure),
    'events of notifications': (tx: Transaction, erasure: Erasure) =>
      this.#redactEvents(tx, erasure),
  };

  readonly sections = {
    notifications: (userId: string) => this.#notifications(userId),
  };

  constructor(
    private readonly database: Database,
    private readonly readers: ReadersRepository,
    private readonly repository: NotificationsRepository,
  ) {}

  async #erase(tx: Transaction, { userId }: Erasure): Promise<string | undefined> {
    await this.readers.remove(tx.db, userId);
    const part = await this.repository.ofRecipient(tx.db, userId, '', AT_ONCE);
    const ids = part.map(({ id }) => id);
    await this.repository.remove(tx.db, userId, ids);
    return part.length < AT_ONCE ? undefined : '';
  }

  async #redactEvents(tx: Transaction, { userId }: Erasure): Promise<string | undefined> {
    const subject = notificationsSubject(userId);
    const count = await tx.redact(subject, withoutContent, AT_ONCE);
    if (count > 0) tx.record(new NotificationRead(userId, { upTo: null, unread: 0 }, subject));
    return count < AT_ONCE ? undefined : '';
  }

  async *#notifications(userId: string) {
    for (let after = ''; ;) {
      const page = await this.repository.ofRecipient(this.database.read, userId, after, PAGE);
      yield page;
      if (page.length < PAGE) return;
      after = page.at(-1)!.id;
    }
  }
}
