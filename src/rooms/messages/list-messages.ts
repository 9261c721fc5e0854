import { Database, EventLog, type Schema } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Kysely } from 'kysely';
import type { Message } from '../room/message.js';
import { RoomAccess } from '../room/room-access.js';
import { RoomsRepository } from '../room/rooms.repository.js';
import { MessagesRepository } from './messages.repository.js';

/** The part of a room to list: at most one of these; by default its end. */
export interface Place {
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  readonly around?: number | undefined;
  /** A time, ISO 8601 in UTC: around the first message posted at or after it. */
  readonly at?: string | undefined;
}

export interface MessagesPage {
  /** In the order of the room. */
  readonly messages: readonly Message[];
  readonly lastSeq: number;
  readonly cursor: string;
}

export class ListMessages extends Query<MessagesPage> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly place: Place,
    readonly limit: number,
  ) {
    super();
  }
}

@QueryHandler(ListMessages)
export class ListMessagesHandler implements IQueryHandler<ListMessages> {
  constructor(
    private readonly database: Database,
    private readonly access: RoomAccess,
    private readonly rooms: RoomsRepository,
    private readonly messages: MessagesRepository,
    private readonly log: EventLog,
  ) {}

  execute({ callerId, roomId, place, limit }: ListMessages): Promise<MessagesPage> {
    return this.database.snapshot(async (db) => {
      await this.access.asMember(db, roomId, callerId);
      const lastSeq = await this.rooms.lastSeq(db, roomId);
      return {
        messages: await this.#read(db, roomId, { ...place, lastSeq }, limit),
        lastSeq,
        cursor: await this.log.cursor(db),
      };
    });
  }

  async #read(
    db: Kysely<Schema>,
    roomId: string,
    place: Place & { readonly lastSeq: number },
    limit: number,
  ): Promise<Message[]> {
    const { before = Number.MAX_SAFE_INTEGER, after, at, lastSeq } = place;
    if (after !== undefined) return this.messages.after(db, roomId, after, limit);
    const around =
      at === undefined ? place.around : await this.messages.seqAt(db, roomId, at, lastSeq);
    if (around === undefined) return this.messages.before(db, roomId, before, limit);
    const earlier = await this.messages.before(db, roomId, around, Math.floor(limit / 2));
    const later = await this.messages.after(db, roomId, around - 1, limit - earlier.length);
    return [...earlier, ...later];
  }
}
