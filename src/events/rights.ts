import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { Database } from '../database/database.js';
import type { Schema } from '../database/schema.js';
import { guarded } from './each-fact.js';
import { EventLog, type LoggedFact } from './event-log.js';

/** That a person may hear of a topic behind a fact, or no more. */
export interface RightsChange {
  readonly userId: string;
  readonly topic: string;
  readonly granted: boolean;
}

export interface ChangeInOrder extends RightsChange {
  readonly position: number;
}

/** How a feature decides which of its topics a person may hear. */
export interface RightsRule {
  /** Those of a person at the moment that `db` shows, each with the position behind which they hear of it; 0 for all. */
  topicsOf(db: Kysely<Schema>, userId: string): Promise<ReadonlyMap<string, number>>;
  /** What a fact changes. It comes in the order of the log, so it stands before the facts that it opens. */
  changeBy?(fact: LoggedFact): RightsChange | undefined;
  /** The session that an event ends, or the user whose sign-ins all end: their streams receive nothing after it. */
  sessionEndedBy?(fact: LoggedFact): string | undefined;
}

/** The topics that a person may hear, as of a position of the log. */
export interface PersonalTopics {
  readonly userId: string;
  readonly topics: ReadonlyMap<string, number>;
  readonly asOf: number;
  /** Which of the logs of this process it is of; it counts up when facts were missed, or the log is another one. */
  readonly generation: number;
}

/** Changes that are remembered for those who read their rights a moment ago. */
const REMEMBERED = 1000;

/**
 * Who may hear what of the topics that belong to some people only.
 *
 * The database says it when a stream is opened; from then on the facts of the feed do, so a right that ends is over for
 * all that comes behind the fact that ended it, on every node.
 */
@Injectable()
export class Rights {
  readonly #rules: RightsRule[] = [];
  #recent: ChangeInOrder[] = [];
  /** Up to here, changes are forgotten. */
  #forgotten = 0;
  #generation = 0;

  constructor(
    private readonly database: Database,
    private readonly log: EventLog,
  ) {}

  register(rule: RightsRule): void {
    this.#rules.push(rule);
  }

  /** All that a person may hear, and the place in the log at which that is so. */
  async of(userId: string): Promise<PersonalTopics> {
    // As it was before: what begins anew meanwhile makes it of no use.
    const generation = this.#generation;
    return this.database.snapshot(async (db) => {
      const topics = new Map<string, number>();
      for (const rule of this.#rules)
        for (const [topic, since] of await rule.topicsOf(db, userId)) topics.set(topic, since);
      return { userId, topics, asOf: (await this.log.state(db)).head, generation };
    });
  }

  /** Takes note of the next fact of the feed, and says what it changes. */
  observe(fact: LoggedFact): ChangeInOrder[] {
    const { position } = fact;
    const changes = this.#rules
      .flatMap((rule) => guarded(fact, () => rule.changeBy?.(fact)) ?? [])
      .map((change) => Object.assign({ position }, change));
    this.#recent.push(...changes);
    if (this.#recent.length > 2 * REMEMBERED)
      this.#forgotten = this.#recent.splice(0, REMEMBERED).at(-1)!.position;
    return changes;
  }

  /** The session that an event ends, or the user whose sign-ins all end. */
  sessionEndedBy(fact: LoggedFact): string | undefined {
    for (const rule of this.#rules) {
      const ended = guarded(fact, () => rule.sessionEndedBy?.(fact));
      if (ended !== undefined) return ended;
    }
    return undefined;
  }

  /** Facts were missed, or the log is another one: what was read before is of no use any more. */
  startAnew(): void {
    this.#generation++;
    this.#recent = [];
    this.#forgotten = 0;
  }

  /** Whether all that has changed since they were read is known. */
  areCurrent({ generation, asOf }: PersonalTopics): boolean {
    return generation === this.#generation && asOf >= this.#forgotten;
  }

  /** What has changed for a person since they were read. */
  changesSince({ userId, asOf }: PersonalTopics): ChangeInOrder[] {
    return this.#recent.filter((change) => change.userId === userId && change.position > asOf);
  }
}
