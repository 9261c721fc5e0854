import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/unit-of-work.js';
import { MembershipsRepository } from './memberships.repository.js';
import type { ReadMarker } from './room.js';
import { ReadMoved } from './rooms.events.js';

/** How far each member has read. */
@Injectable()
export class ReadMarkers {
  constructor(private readonly memberships: MembershipsRepository) {}

  /** Moves a marker forward, never back, and answers with what is left. */
  async move(tx: Transaction, userId: string, roomId: string, seq: number): Promise<ReadMarker> {
    const moved = await this.memberships.moveMarker(tx.db, userId, roomId, seq);
    const marker = await this.memberships.marker(tx.db, userId, roomId);
    if (moved) tx.record(new ReadMoved(userId, marker), userId);
    return marker;
  }
}
