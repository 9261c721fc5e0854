import type { Transaction } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { NewAccount, NewAccountsOfFeature } from '../accounts/new-accounts.js';
import { NotificationsRepository } from './notifications.repository.js';
import { OrderRepository } from './order.repository.js';
import { ReadersRepository } from './readers.repository.js';
import { notSignedInYet } from './recipients.js';

/** Gives a new account what was sent to it before, and of what was sent to everyone only what comes later. */
@Injectable()
export class NewReaders implements NewAccountsOfFeature {
  constructor(
    private readonly order: OrderRepository,
    private readonly readers: ReadersRepository,
    private readonly notifications: NotificationsRepository,
  ) {}

  async created(tx: Transaction, { userId, identity }: NewAccount): Promise<void> {
    // A notification to this identity waits for the lock, and then finds the user.
    if (identity) await this.order.lock(tx.db);
    await this.readers.insert(tx.db, userId, await this.order.last(tx.db));
    if (!identity) return;
    const before = notSignedInYet(identity.issuer, identity.subject);
    await this.notifications.changeRecipient(tx.db, before, userId);
  }
}
