import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { invalidProperty } from '../../http/problems.js';
import { MembersRepository } from '../room/members.repository.js';
import type { Message } from '../room/message.js';
import { MAX_UNCONFIRMED } from '../room/notification-level.js';
import { canMentionAll, enforce, type RoomOfMember } from '../room/room-rules.js';
import { mentionsOf } from './mentions.js';
import { MessagesRepository } from './messages.repository.js';

type Mentions = Pick<Message, 'mentions' | 'mentionsAll'>;

/** Finds whom a message mentions. The room must be locked, so that its members stay the same. */
@Injectable()
export class MessageMentions {
  constructor(
    private readonly members: MembersRepository,
    private readonly messages: MessagesRepository,
  ) {}

  /**
   * @param mentionAll whether `@all` mentions everyone. If it is undefined, it does so in small rooms only.
   * @throws Problem `forbidden`; `validation-failed`: the text has no `@all`.
   */
  async inNew(
    db: Kysely<Schema>,
    author: RoomOfMember,
    text: string,
    mentionAll: boolean | undefined,
  ): Promise<Mentions> {
    const { names, all } = mentionsOf(text);
    if (mentionAll && !all)
      throw invalidProperty('mentionAll', 'must not be true for a text without `@all`');
    const { room, member } = author;
    const isLarge = all && (await this.#isLarge(db, room.id));
    const mentionsAll = all && (mentionAll ?? !isLarge);
    if (mentionsAll) enforce(canMentionAll(author, isLarge));
    const mentions = await this.messages.mentionedIn(db, room.id, names, member.userId);
    return { mentions, mentionsAll };
  }

  /** In a large room, an edit does not add a mention of everyone. */
  async inEdited(db: Kysely<Schema>, before: Message, text: string): Promise<Mentions> {
    const { names, all } = mentionsOf(text);
    const { roomId, authorId } = before;
    return {
      mentions: await this.messages.mentionedIn(db, roomId, names, authorId),
      mentionsAll: all && (before.mentionsAll || !(await this.#isLarge(db, roomId))),
    };
  }

  #isLarge(db: Kysely<Schema>, roomId: string): Promise<boolean> {
    return this.members.hasMoreThan(db, roomId, MAX_UNCONFIRMED);
  }
}
