import { Database, type Transaction } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { PersonalDataOfFeature } from '../users/personal-data.js';
import { SessionEnded } from './accounts.events.js';
import { AccountsRepository } from './accounts.repository.js';

/** The personal data of accounts: sessions, the password, and identities of external issuers. */
@Injectable()
export class AccountsData implements PersonalDataOfFeature {
  readonly sections = {
    sessions: (userId: string) => this.#sessions(userId),
    identities: (userId: string) => this.#identities(userId),
  };

  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
  ) {}

  async eraseAtOnce(tx: Transaction, userId: string): Promise<void> {
    for (const id of await this.accounts.removeAll(tx.db, userId))
      tx.record(new SessionEnded(userId, { id }), userId);
  }

  async *#sessions(userId: string) {
    const { read } = this.database;
    for (const id of await this.accounts.sessionIdsOf(read, userId)) {
      const session = await this.accounts.findSession(read, userId, id);
      if (session) yield [session];
    }
  }

  async *#identities(userId: string) {
    yield await this.accounts.identitiesOf(this.database.read, userId);
  }
}
