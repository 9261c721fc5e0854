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

/** Decides whom a message notifies. For other features, which send notifications of messages on their own ways. */
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
    return (await this.usersWanting([userId], message, now)).has(userId);
  }

  /** Those of some users who want a notification of a message: one query for up to some hundred users. */
  async usersWanting(
    userIds: readonly string[],
    message: NotifyingMessage,
    now: Date,
  ): Promise<ReadonlySet<string>> {
    const { roomId, authorId } = message;
    const others = userIds.filter((id) => id !== authorId);
    const { read } = this.database;
    const levels = await this.repository.levelsOf(read, roomId, others);
    const followers = await this.notified.followersOf(read, message, others);
    const wanting = [...levels].filter(([id, level]) =>
      notifies(level, isMentioned(message, id) || followers.has(id), now),
    );
    return new Set(wanting.map(([id]) => id));
  }
}
