import type { Schema, Transaction } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { invalidProperty, Problem } from '../../http/problems.js';
import type { Message } from '../room/message.js';
import { REFUSALS } from '../room/room-rules.js';
import { FollowersRepository } from './followers.repository.js';
import { ThreadChanged } from './threads.events.js';
import { ThreadsRepository } from './threads.repository.js';
import type { ThreadPlace } from './unread-thread.js';
import { UnreadThreadsRepository } from './unread-threads.repository.js';

/** Keeps threads up to date, for each command that changes messages or members, which locks the room. */
@Injectable()
export class Threads {
  constructor(
    private readonly threads: ThreadsRepository,
    private readonly followers: FollowersRepository,
    private readonly unread: UnreadThreadsRepository,
  ) {}

  /**
   * The `seq` of the first message of the thread to which a reply belongs.
   *
   * @throws Problem `validation-failed`: it replies to no message of the room.
   */
  async rootOf(db: Kysely<Schema>, roomId: string, replyTo: number | null): Promise<number | null> {
    if (replyTo === null) return null;
    const root = await this.threads.rootOf(db, roomId, replyTo);
    if (root !== undefined) return root;
    throw invalidProperty('replyTo', 'must be the `seq` of a message in this room');
  }

  /** @throws Problem `not-found` */
  async refuseUnknown(db: Kysely<Schema>, place: ThreadPlace): Promise<void> {
    if (await this.threads.exists(db, place)) return;
    throw new Problem('not-found', REFUSALS.noThread(place.seq));
  }

  /** After a message was posted, and the read marker of its author was moved. */
  async posted(tx: Transaction, message: Message): Promise<void> {
    const place = threadOf(message);
    if (!place) return;
    const { authorId, mentions } = message;
    const involved = await this.threads.addReply(tx.db, place, message);
    const fresh = await this.#follow(tx, place, [...involved, authorId, ...mentions], authorId);
    for (const { userId, readSeq } of await this.followers.withFirstUnread(tx.db, place, message))
      if (!fresh.includes(userId))
        tx.record(
          new ThreadChanged(userId, { ...place, readSeq, unread: [message.seq] }),
          authorId,
        );
  }

  /** After a message was edited: users whom it mentions now follow the thread. */
  async edited(tx: Transaction, message: Message): Promise<void> {
    const { roomId, seq, authorId, mentions } = message;
    const place = threadOf(message) ?? (message.thread && { roomId, seq });
    if (place && mentions.length > 0) await this.#follow(tx, place, mentions, authorId);
  }

  async deleted(tx: Transaction, message: Message): Promise<void> {
    const place = threadOf(message);
    if (place) await this.threads.removeReply(tx.db, place);
  }

  /** Before the marker of the room moves back: what was read in its threads stays read. */
  async keepRead(tx: Transaction, roomId: string, userId: string): Promise<void> {
    await this.followers.moveMarkersToRoom(tx.db, roomId, userId);
  }

  /** A user left a room, or hides the direct conversation. */
  async left(tx: Transaction, roomId: string, userId: string): Promise<void> {
    await this.followers.removeFrom(tx.db, roomId, userId);
  }

  async #follow(
    tx: Transaction,
    place: ThreadPlace,
    userIds: readonly string[],
    by: string,
  ): Promise<string[]> {
    const fresh = await this.followers.add(tx.db, place, userIds);
    for (const userId of fresh) {
      const state = await this.unread.find(tx.db, userId, place);
      if (state.unread.length > 0) tx.record(new ThreadChanged(userId, state), by);
    }
    return fresh;
  }
}

function threadOf({ roomId, threadOf: seq }: Message): ThreadPlace | undefined {
  return seq === null ? undefined : { roomId, seq };
}
