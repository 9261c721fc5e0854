import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Transaction } from '../database/unit-of-work.js';
import type { PersonalDataOfFeature } from '../users/personal-data.js';
import { SessionEnded } from './accounts.events.js';
import { AccountsRepository } from './accounts.repository.js';

/** What accounts keep about a user: sessions, the password, and the identities of other issuers. */
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
