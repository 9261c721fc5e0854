import type { Schema, Transaction } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { Message } from '../room/message.js';
import type { ReadMarker } from '../room/room.js';
import { ReadMoved } from '../room/rooms.events.js';
import { MembershipsRepository } from './memberships.repository.js';

/** Read markers: how far each member has read. */
@Injectable()
export class ReadMarkers {
  constructor(private readonly memberships: MembershipsRepository) {}

  /**
   * Moves a marker forward.
   *
   * @param from has no effect if the marker is before this place: the user has moved it back since the request was made.
   * @returns the marker with the unread counts.
   */
  async move(
    tx: Transaction,
    userId: string,
    roomId: string,
    { seq, from }: { readonly seq: number; readonly from: number },
  ): Promise<ReadMarker> {
    const moved = await this.memberships.moveMarker(tx.db, userId, roomId, seq, from);
    return this.#record(tx, userId, roomId, moved);
  }

  /** Moves a marker back. @returns the marker with the unread counts. */
  async moveBack(
    tx: Transaction,
    userId: string,
    roomId: string,
    seq: number,
  ): Promise<ReadMarker> {
    const moved = await this.memberships.moveMarkerBack(tx.db, userId, roomId, seq);
    return this.#record(tx, userId, roomId, moved);
  }

  async #record(
    tx: Transaction,
    userId: string,
    roomId: string,
    moved: boolean,
  ): Promise<ReadMarker> {
    const marker = await this.memberships.marker(tx.db, userId, roomId);
    if (moved) tx.record(new ReadMoved(userId, marker), userId);
    return marker;
  }

  /**
   * Moves the marker of the author to the message that they post. `message.posted` states it to their devices: an event of
   * its own for each message would double the log of a chat.
   */
  async moveToPosted(db: Kysely<Schema>, { authorId, roomId, seq }: Message): Promise<void> {
    await this.memberships.moveMarker(db, authorId, roomId, seq, 0);
  }
}
