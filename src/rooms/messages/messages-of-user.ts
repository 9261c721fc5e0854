import { Database, type Transaction } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Erasure } from '../../users/personal-data.js';
import { PSEUDONYM } from '../../users/pseudonym.js';
import { FilesOfMessage } from '../files/files-of-message.js';
import { type Message, withoutContent } from '../room/message.js';
import {
  MessageDeleted,
  MessageEdited,
  messageSubject,
  withoutText,
} from '../room/rooms.events.js';
import { RoomsRepository } from '../room/rooms.repository.js';
import { Threads } from '../threads/threads.js';
import { withoutMentionsOf } from './mentions.js';
import { MessagesRepository } from './messages.repository.js';
import { partOf } from './part-of-messages.js';

/** Rows per part of an erasure: few enough not to delay commands. */
const BATCH_SIZE = 50;
/** Rows per page of an export. */
const PAGE = 500;

/** Erases and exports the messages of a user, and erases what mentions them. */
@Injectable()
export class MessagesOfUser {
  constructor(
    private readonly database: Database,
    private readonly rooms: RoomsRepository,
    private readonly messages: MessagesRepository,
    private readonly files: FilesOfMessage,
    private readonly threads: Threads,
  ) {}

  /** A step of an erasure. */
  async eraseMentions(tx: Transaction, { userId, username }: Erasure): Promise<string | undefined> {
    const part = partOf(await this.messages.mentioning(tx.db, userId, BATCH_SIZE));
    for await (const message of this.#locked(tx, part)) {
      const mentions = message.mentions.filter((id) => id !== userId);
      const text = withoutMentionsOf(username ?? '', message.text ?? '', PSEUDONYM.firstname);
      const edited = { ...message, text, mentions };
      await this.messages.update(tx.db, edited);
      await tx.redact(messageSubject(message.id), withoutText);
      tx.record(new MessageEdited(edited, message), userId);
    }
    return part.length === 0 ? undefined : '';
  }

  /** A step of an erasure. */
  async erase(
    tx: Transaction,
    { userId, messages }: Erasure,
    after: string,
  ): Promise<string | undefined> {
    if (messages === 'keep') return undefined;
    const part = partOf(await this.messages.writtenBy(tx.db, userId, after, BATCH_SIZE));
    const deletedAt = new Date().toISOString();
    for await (const message of this.#locked(tx, part)) {
      if (message.deletedAt) continue;
      const deleted = withoutContent(message, deletedAt);
      await this.messages.update(tx.db, deleted);
      await this.files.remove(tx, message);
      await tx.redact(messageSubject(message.id), withoutText);
      tx.record(new MessageDeleted(deleted, message), userId);
      await this.threads.deleted(tx, message);
    }
    return part.at(-1)?.clientId;
  }

  /** Without the reactions and replies of others. */
  async *exported(userId: string) {
    for (let after = ''; ;) {
      const page = await this.messages.writtenBy(this.database.read, userId, after, PAGE);
      yield page.map((message) => ({ ...message, reactions: undefined, thread: undefined }));
      if (page.length < PAGE) return;
      after = page.at(-1)!.clientId;
    }
  }

  /** Locks the rooms of some messages, in a fixed order, and reads each message again when its turn comes. */
  async *#locked(tx: Transaction, messages: readonly Message[]): AsyncGenerator<Message> {
    for (const roomId of new Set(messages.map((message) => message.roomId).toSorted()))
      await this.rooms.lock(tx.db, roomId);
    for (const { roomId, id } of messages) yield (await this.messages.find(tx.db, roomId, id))!;
  }
}
