import { Database } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Message } from '../room/message.js';
import { isMentioned, notifies } from '../room/notification-level.js';
import { LevelsRepository } from './levels.repository.js';
import { NotifiedRepository } from './notified.repository.js';

/** What of a message decides whom it notifies. */
export type NotifyingMessage = Pick<
  Message,
  'roomId' | 'authorId' | 'mentions' | 'mentionsAll' | 'threadOf'
>;

/** Decides whether a message notifies a user. */
@Injectable()
export class NotificationLevels {
  constructor(
    private readonly database: Database,
    private readonly repository: LevelsRepository,
    private readonly notified: NotifiedRepository,
  ) {}

  /**
   * Whether a user wants a notification of a message: they are a member of its room, another user wrote it, and their
   * notification level asks for it. Each read is of this moment, so a notification that is sent late follows a level that
   * was changed meanwhile.
   */
  async wants(userId: string, message: NotifyingMessage, now: Date): Promise<boolean> {
    if (userId === message.authorId) return false;
    const { read } = this.database;
    const level = await this.repository.levelOf(read, message.roomId, userId);
    if (!level) return false;
    const concerns =
      isMentioned(message, userId) || (await this.notified.follows(read, userId, message));
    return notifies(level, concerns, now);
  }
}
