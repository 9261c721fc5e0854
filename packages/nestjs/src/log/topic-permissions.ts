import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { Database } from '../engine/database.js';
import type { Schema } from '../engine/schema.js';
import { guarded } from './for-each-event.js';
import { EventLog, type LoggedEvent } from './event-log.js';
import { Topics } from './topics.js';

/** A topic that an event grants to a user, or revokes. */
export interface PermissionChange {
  readonly userId: string;
  readonly topic: string;
  readonly granted: boolean;
}

export interface ChangeInOrder extends PermissionChange {
  readonly position: number;
}

/** How a feature decides which of its topics a user may receive. */
export interface PermissionRule {
  /** The topics of a user as `db` shows them, each from a position on; 0 for all of its events. */
  topicsOf(db: Kysely<Schema>, userId: string): Promise<ReadonlyMap<string, number>>;
  /**
   * The users to whom a topic is granted, as `db` shows them; `undefined` if the rule cannot list the users of this topic.
   * It must agree with `topicsOf`.
   */
  usersOf?(db: Kysely<Schema>, topic: string): Promise<readonly string[] | undefined>;
  /** What an event of a feature's topic changes. Called in the order of the log, so a grant precedes the events that it covers. */
  changeBy?(event: LoggedEvent): PermissionChange | undefined;
  /** The session that an event ends, or the user whose sign-ins all end: their streams receive nothing after it. */
  sessionEndedBy?(event: LoggedEvent): string | undefined;
}

/** The state of the permissions of a user that a stream starts from. */
export interface UserPermissions {
  readonly userId: string;
  /** The position of the log at which they were read. */
  readonly asOf: number;
  /** Counts the times that permissions became unknown: events were missed, or the log was replaced. */
  readonly generation: number;
}

/** The topics of a user, each from a position on. */
export interface UserTopics extends UserPermissions {
  readonly topics: ReadonlyMap<string, number>;
}

/** Changes that are remembered for permissions that were read a moment ago. */
const REMEMBERED = 1000;

/**
 * Knows which topics are granted to which users.
 *
 * The permissions of a stream are read from the database when it is opened. From then on the events of the feed change them:
 * a topic that an event revokes is revoked for all events after it, on every node.
 */
@Injectable()
export class TopicPermissions {
  readonly #rules: PermissionRule[] = [];
  #recent: ChangeInOrder[] = [];
  /** Up to here, changes are forgotten. */
  #forgotten = 0;
  #generation = 0;

  constructor(
    private readonly database: Database,
    private readonly log: EventLog,
    private readonly topics: Topics,
  ) {}

  /** Counts the times that events were missed, or the log was replaced. */
  get generation(): number {
    return this.#generation;
  }

  register(rule: PermissionRule): void {
    this.#rules.push(rule);
  }

  /** The topics of a user, and the position of the log at which they were read. */
  async of(userId: string): Promise<UserTopics> {
    // Read first: a reset in the meantime makes the result outdated.
    const generation = this.#generation;
    return this.database.snapshot(async (db) => {
      const topics = new Map<string, number>();
      for (const rule of this.#rules)
        for (const [topic, since] of await rule.topicsOf(db, userId)) topics.set(topic, since);
      return { userId, topics, asOf: (await this.log.state(db)).head, generation };
    });
  }

  /** The users to whom a topic is granted; `undefined` if no rule can list them. */
  async usersOf(db: Kysely<Schema>, topic: string): Promise<readonly string[] | undefined> {
    for (const rule of this.#rules) {
      const userIds = await rule.usersOf?.(db, topic);
      if (userIds) return userIds;
    }
    return undefined;
  }

  /**
   * Applies the next event of the feed, and returns what it changes. Events of other programs change nothing, whatever their
   * type is: they have other topics.
   */
  observe(event: LoggedEvent): ChangeInOrder[] {
    const { position, topic } = event;
    if (!this.topics.isRegistered(topic)) return [];
    const changes = this.#rules
      .flatMap((rule) => guarded(event, () => rule.changeBy?.(event)) ?? [])
      .map((change) => Object.assign({ position }, change));
    this.#recent.push(...changes);
    if (this.#recent.length > 2 * REMEMBERED)
      this.#forgotten = this.#recent.splice(0, REMEMBERED).at(-1)!.position;
    return changes;
  }

  /** The session that an event ends, or the user whose sign-ins all end. */
  sessionEndedBy(event: LoggedEvent): string | undefined {
    if (!this.topics.isRegistered(event.topic)) return undefined;
    for (const rule of this.#rules) {
      const ended = guarded(event, () => rule.sessionEndedBy?.(event));
      if (ended !== undefined) return ended;
    }
    return undefined;
  }

  /** Events were missed, or the log was replaced: permissions that were read before are outdated. */
  reset(): void {
    this.#generation++;
    this.#recent = [];
    this.#forgotten = 0;
  }

  /** Whether everything that has changed since they were read is known. */
  areCurrent({ generation, asOf }: UserPermissions): boolean {
    return generation === this.#generation && asOf >= this.#forgotten;
  }

  /** What has changed for a user since they were read. */
  changesSince({ userId, asOf }: UserPermissions): ChangeInOrder[] {
    return this.#recent.filter((change) => change.userId === userId && change.position > asOf);
  }
}
