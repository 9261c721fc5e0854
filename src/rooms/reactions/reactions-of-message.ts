import type { Transaction } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Message } from '../room/message.js';
import { withoutReaction } from '../room/reactions.js';
import { ReactionRemoved } from '../room/rooms.events.js';
import { ReactionsRepository } from './reactions.repository.js';

/** Removes reactions, for each command that does so. */
@Injectable()
export class ReactionsOfMessage {
  constructor(private readonly repository: ReactionsRepository) {}

  /** Has no effect if the user has not reacted with this emoji. The room must be locked. */
  async remove(tx: Transaction, message: Message, emoji: string, userId: string): Promise<void> {
    const reactions = withoutReaction(message.reactions, emoji, userId);
    if (reactions === message.reactions) return;
    await this.repository.remove(tx.db, { ...message, reactions }, { emoji, userId });
    const { id: messageId, roomId, seq } = message;
    tx.record(new ReactionRemoved({ roomId, messageId, seq, emoji, userId }), userId);
  }
}
