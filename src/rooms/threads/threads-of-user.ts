import { Database, type Transaction } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import { type FollowedThread, FollowersRepository } from './followers.repository.js';

/** Rows per part of an erasure: few enough not to delay commands. */
const BATCH_SIZE = 50;
/** Rows per page of an export. */
const PAGE = 500;

const START = { roomId: '', seq: 0 };

/** Erases and exports which threads a user follows. */
@Injectable()
export class ThreadsOfUser {
  constructor(
    private readonly database: Database,
    private readonly followers: FollowersRepository,
  ) {}

  /** A step of an erasure: of direct conversations, as the user has left all other rooms before. */
  async erase(tx: Transaction, userId: string): Promise<string | undefined> {
    const part = await this.followers.followedBy(tx.db, userId, START, BATCH_SIZE);
    for (const roomId of new Set(part.map((thread) => thread.roomId)))
      await this.followers.removeFrom(tx.db, roomId, userId);
    return part.length < BATCH_SIZE ? undefined : '';
  }

  async *exported(userId: string): AsyncGenerator<FollowedThread[]> {
    for (let after = START; ;) {
      const page = await this.followers.followedBy(this.database.read, userId, after, PAGE);
      yield page;
      if (page.length < PAGE) return;
      after = page.at(-1)!;
    }
  }
}
