import { Database, type Transaction } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import { MessagesRepository } from '../messages/messages.repository.js';
import { RoomsRepository } from '../room/rooms.repository.js';
import { ReactionsOfMessage } from './reactions-of-message.js';
import { type OwnReaction, ReactionsRepository } from './reactions.repository.js';

/** Reactions per part of an erasure: few enough not to delay commands. */
const BATCH_SIZE = 50;
/** Rows per page of an export. */
const PAGE = 500;

/** Erases and exports the reactions of a user. */
@Injectable()
export class ReactionsOfUser {
  constructor(
    private readonly database: Database,
    private readonly rooms: RoomsRepository,
    private readonly messages: MessagesRepository,
    private readonly repository: ReactionsRepository,
    private readonly reactions: ReactionsOfMessage,
  ) {}

  /** A step of an erasure. */
  async erase(tx: Transaction, userId: string, after: string): Promise<string | undefined> {
    const part = await this.repository.reactionsOf(tx.db, userId, keyFrom(after), BATCH_SIZE);
    const roomIds = new Set(part.map(({ roomId }) => roomId));
    // In a fixed order, as everywhere.
    for (const roomId of [...roomIds].toSorted()) await this.rooms.lock(tx.db, roomId);
    for (const { roomId, messageId, emoji } of part) {
      const message = (await this.messages.find(tx.db, roomId, messageId))!;
      await this.reactions.remove(tx, message, emoji, userId);
    }
    return part.length < BATCH_SIZE ? undefined : keyOf(part.at(-1)!);
  }

  async *exported(userId: string): AsyncGenerator<OwnReaction[]> {
    for (let after = ''; ;) {
      const { read } = this.database;
      const page = await this.repository.reactionsOf(read, userId, keyFrom(after), PAGE);
      yield page;
      if (page.length < PAGE) return;
      after = keyOf(page.at(-1)!);
    }
  }
}

const keyOf = ({ messageId, emoji }: OwnReaction): string => `${messageId} ${emoji}`;

function keyFrom(key: string): { messageId: string; emoji: string } {
  const [messageId = '', emoji = ''] = key.split(' ');
  return { messageId, emoji };
}
