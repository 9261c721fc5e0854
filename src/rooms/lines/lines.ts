import type { Transaction } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import { RoomsRepository } from '../room/rooms.repository.js';
import { type LineChange, withChange } from './line-change.js';
import { LinesRepository } from './lines.repository.js';

/** Stores the lines in the transaction of the events from which the page derives them. */
@Injectable()
export class Lines {
  constructor(
    private readonly rooms: RoomsRepository,
    private readonly lines: LinesRepository,
  ) {}

  /** Adds changes after the last message of a room, which the transaction has locked. */
  async add(tx: Transaction, roomId: string, changes: readonly LineChange[]): Promise<void> {
    if (changes.length === 0) return;
    const seq = await this.rooms.lastSeq(tx.db, roomId);
    const lines = await this.lines.between(tx.db, roomId, seq, seq);
    await this.lines.replace(tx.db, roomId, seq, changes.reduce(withChange, lines));
  }
}
