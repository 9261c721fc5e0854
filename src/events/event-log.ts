import { Injectable } from '@nestjs/common';
import { type Kysely, type Selectable, sql } from 'kysely';
import { Database } from '../database/database.js';
import type { EventsTable, Schema } from '../database/schema.js';
import { formatCursor } from './cursor.js';

/** A fact at its place in the log. `data` is JSON, as it was recorded. */
export type LoggedFact = Readonly<Selectable<EventsTable>>;

export interface LogState {
  readonly epoch: string;
  /** The last position given; 0 in an empty log. */
  readonly head: number;
  /** The first position that is still kept; `head + 1` where none is. */
  readonly oldest: number;
}

/** Reads the log. It is written by `Transaction.record` alone, and shortened by Retention. */
@Injectable()
export class EventLog {
  constructor(private readonly database: Database) {}

  /** @param db a snapshot, where the state has to fit to other reads. */
  state(db: Kysely<Schema> = this.database.read): Promise<LogState> {
    return db.selectFrom('event_log').select(['epoch', 'head', 'oldest']).executeTakeFirstOrThrow();
  }

  /** The cursor of a snapshot: a stream opened from it misses nothing and repeats nothing. */
  async cursor(snapshot: Kysely<Schema>): Promise<string> {
    const { epoch, head } = await this.state(snapshot);
    return formatCursor({ epoch, position: head });
  }

  /** The facts of one topic and type that are kept, in order. An index has to serve it. */
  ofType(db: Kysely<Schema>, topic: string, type: string): Promise<LoggedFact[]> {
    return db
      .selectFrom('events')
      .selectAll()
      .where('topic', '=', topic)
      .where('type', '=', sql.lit(type))
      .orderBy('position')
      .execute();
  }

  /** The events after `after` that hold something of a subject, in order. */
  ofSubject(subject: string, after: number, limit: number): Promise<LoggedFact[]> {
    return this.database.read
      .selectFrom('events')
      .selectAll()
      .where('subject', '=', subject)
      .where('position', '>', after)
      .orderBy('position')
      .limit(limit)
      .execute();
  }

  /** The events at some positions that are kept. */
  at(positions: readonly number[]): Promise<LoggedFact[]> {
    return this.database.read
      .selectFrom('events')
      .selectAll()
      .where('position', 'in', positions)
      .execute();
  }

  /** The facts after `after`, in order, up to and including `upTo`, `limit` of them at most. */
  read(
    after: number,
    upTo: number,
    limit: number,
    db: Kysely<Schema> = this.database.read,
  ): Promise<LoggedFact[]> {
    return db
      .selectFrom('events')
      .selectAll()
      .where('position', '>', after)
      .where('position', '<=', upTo)
      .orderBy('position')
      .limit(limit)
      .execute();
  }
}

/** The first facts of a page, before the first position that is missing between two of them. */
export function upToHole(facts: readonly LoggedFact[]): readonly LoggedFact[] {
  const end = facts.findIndex(({ position }, index) => position !== facts[0]!.position + index);
  return end < 0 ? facts : facts.slice(0, end);
}
