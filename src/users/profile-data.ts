import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Transaction } from '../database/unit-of-work.js';
import { EventLog } from '../events/event-log.js';
import type { PersonalDataOfFeature } from './personal-data.js';
import { withoutPerson } from './pseudonym.js';
import { UserErased, UserRemoved, userSubject } from './users.events.js';
import { UsersRepository } from './users.repository.js';

/** Events that are rewritten in one transaction, or read for one page of an export. */
const AT_ONCE = 500;

/** The names of a user, and the events that tell of them. */
@Injectable()
export class ProfileData implements PersonalDataOfFeature {
  readonly steps = {
    'events of the user': async (tx: Transaction, { userId }: { userId: string }) =>
      (await this.redactEvents(tx, userId)) ? '' : undefined,
  };

  readonly sections = {
    profile: (userId: string) => this.#profile(userId),
    events: (userId: string) => this.#events(userId),
  };

  constructor(
    private readonly database: Database,
    private readonly users: UsersRepository,
    private readonly log: EventLog,
  ) {}

  /**
   * Redacts the newest events about a user, and tells every process.
   *
   * @returns whether there may be more.
   */
  async redactEvents(tx: Transaction, userId: string): Promise<boolean> {
    const count = await tx.redact(userSubject(userId), withoutPerson, AT_ONCE);
    const user = await this.users.find(tx.db, userId);
    tx.record(user ? new UserErased(user) : new UserRemoved({ id: userId }));
    return count === AT_ONCE;
  }

  async *#profile(userId: string) {
    const user = await this.users.find(this.database.read, userId);
    yield user ? [user] : [];
  }

  /** The changes of the profile and the sign-ins that the log still holds. */
  async *#events(userId: string) {
    for (let after = 0; ;) {
      const events = await this.log.ofSubject(userSubject(userId), after, AT_ONCE);
      yield events.map(({ type, at, data }) => ({ type, at, data: JSON.parse(data) as unknown }));
      if (events.length < AT_ONCE) return;
      after = events.at(-1)!.position;
    }
  }
}
