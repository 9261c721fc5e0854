import { Injectable } from '@nestjs/common';
import { type Kysely, type Selectable, sql } from 'kysely';
import { Database } from '../engine/database.js';
import { PreparedQuery } from '../engine/prepared-query.js';
import type { EventsTable, Schema } from '../engine/schema.js';
import { formatCursor } from './cursor.js';

/** An event at its position in the log. `data` is JSON, as it was recorded. */
export type LoggedEvent = Readonly<Selectable<EventsTable>>;

/** The part of an event that decides who receives it. */
export type AddressedEvent = Pick<LoggedEvent, 'position' | 'topic' | 'topics' | 'private'>;

export interface LogState {
  readonly epoch: string;
  /** The last position given; 0 in an empty log. */
  readonly head: number;
  /** The first position that is still kept; `head + 1` where none is. */
  readonly oldest: number;
}

const STATE = new PreparedQuery<object, LogState>((db) =>
  db.selectFrom('event_log').select(['epoch', 'head', 'oldest']),
);

/** The type is not a parameter: an index of one type is used only for a query of this type. */
const eventsOfType = (type: string) =>
  new PreparedQuery<{ topic: string }, LoggedEvent>((db, place) =>
    db
      .selectFrom('events')
      .selectAll()
      .where('topic', '=', place('topic'))
      .where('type', '=', sql.lit(type))
      .orderBy('position'),
  );

/** Reads the log. It is written by the unit of work alone, and shortened by Retention. */
@Injectable()
export class EventLog {
  readonly #ofType = new Map<string, ReturnType<typeof eventsOfType>>();

  constructor(private readonly database: Database) {}

  /** @param db a snapshot, where the state has to fit to other reads. */
  state(db: Kysely<Schema> = this.database.read): Promise<LogState> {
    return STATE.run(db, {}).then(({ rows }) => rows[0]!);
  }

  /** The cursor of a snapshot: a stream opened from it misses nothing and repeats nothing. */
  async cursor(snapshot: Kysely<Schema>): Promise<string> {
    const { epoch, head } = await this.state(snapshot);
    return formatCursor({ epoch, position: head });
  }

  /** The kept events of one topic and type, in order. There has to be an index for it. */
  ofType(db: Kysely<Schema>, topic: string, type: string): Promise<LoggedEvent[]> {
    let query = this.#ofType.get(type);
    if (!query) this.#ofType.set(type, (query = eventsOfType(type)));
    return query.run(db, { topic }).then(({ rows }) => rows);
  }

  /** The events after `after` that hold something of a subject, in order. */
  ofSubject(subject: string, after: number, limit: number): Promise<LoggedEvent[]> {
    return this.database.read
      .selectFrom('events')
      .selectAll()
      .where('subject', '=', subject)
      .where('position', '>', after)
      .orderBy('position')
      .limit(limit)
      .execute();
  }

  /** The earliest kept events with an id that their publishers gave them, in order. */
  withPublicId(publicId: string, limit: number): Promise<AddressedEvent[]> {
    return this.database.read
      .selectFrom('events')
      .select(['position', 'topic', 'topics', 'private'])
      .where('public_id', '=', publicId)
      .orderBy('position')
      .limit(limit)
      .execute();
  }

  /** The events at some positions that are kept. */
  at(positions: readonly number[]): Promise<LoggedEvent[]> {
    return this.database.read
      .selectFrom('events')
      .selectAll()
      .where('position', 'in', positions)
      .execute();
  }

  /** The events after `after`, in order, up to and including `upTo`, at most `limit` of them. */
  read(
    after: number,
    upTo: number,
    limit: number,
    db: Kysely<Schema> = this.database.read,
  ): Promise<LoggedEvent[]> {
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
