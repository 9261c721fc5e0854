import { Database, EventLog, type Transaction } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { PersonalDataOfFeature } from './personal-data.js';
import { withoutPerson } from './pseudonym.js';
import { UserAudience } from './user-audience.js';
import { UserErased, UserRemoved, userSubject } from './users.events.js';
import { UsersRepository } from './users.repository.js';

/** Events that are rewritten in one transaction, or read for one page of an export. */
const BATCH_SIZE = 500;

/** The names of a user, and the events that contain them. */
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
    private readonly audience: UserAudience,
  ) {}

  /**
   * Redacts the newest events about a user, in every process.
   *
   * @returns whether there may be more.
   */
  async redactEvents(tx: Transaction, userId: string): Promise<boolean> {
    const count = await tx.redact(userSubject(userId), withoutPerson, BATCH_SIZE);
    const user = await this.users.find(tx.db, userId);
    if (!user) tx.record(new UserRemoved({ id: userId }));
    else tx.record(new UserErased(user, await this.audience.topicsOf(tx.db, userId)));
    return count === BATCH_SIZE;
  }

  async *#profile(userId: string) {
    const user = await this.users.find(this.database.read, userId);
    yield user ? [user] : [];
  }

  /** The changes of the profile and the sign-ins that the log still holds. */
  async *#events(userId: string) {
    for (let after = 0; ;) {
      const events = await this.log.ofSubject(userSubject(userId), after, BATCH_SIZE);
      yield events.map(({ type, at, data }) => ({ type, at, data: JSON.parse(data) as unknown }));
      if (events.length < BATCH_SIZE) return;
      after = events.at(-1)!.position;
    }
  }
}
