import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import type { Transaction } from '../database/unit-of-work.js';
import type { Erasure, PersonalDataOfFeature } from '../users/personal-data.js';
import { PSEUDONYM } from '../users/pseudonym.js';
import { Admission } from './admission.js';
import { BlocksRepository } from './blocks.repository.js';
import { MOST_BLOCKS } from './limits.js';
import { MembershipsRepository } from './memberships.repository.js';
import type { Message } from './message.js';
import { MessagesRepository } from './messages.repository.js';
import { partOf } from './part-of-messages.js';
import type { Member, Room } from './room.js';
import {
  BlockRemoved,
  MemberChanged,
  MessageDeleted,
  MessageEdited,
  messageSubject,
  withoutText,
} from './rooms.events.js';
import { RoomsRepository } from './rooms.repository.js';
import { withoutMentionsOf } from './mentions.js';

/** Rows of one part of an erasure: few enough that a command which comes meanwhile does not feel it. */
const AT_ONCE = 50;
/** Rows of one page of an export. */
const PAGE = 500;

/** What rooms keep about a user: memberships, invitations, messages and mentions. */
@Injectable()
export class RoomsData implements PersonalDataOfFeature {
  readonly steps = {
    blocks: (tx: Transaction, erasure: Erasure) => this.#eraseBlocks(tx, erasure),
    invitations: (tx: Transaction, erasure: Erasure) => this.#eraseInvitations(tx, erasure),
    memberships: (tx: Transaction, erasure: Erasure) => this.#leaveOneRoom(tx, erasure),
    mentions: (tx: Transaction, erasure: Erasure) => this.#eraseMentions(tx, erasure),
    messages: (tx: Transaction, erasure: Erasure, after: string) =>
      this.#eraseMessages(tx, erasure, after),
  };

  readonly sections = {
    memberships: (userId: string) => this.#memberships(userId),
    blocks: (userId: string) => this.#blocks(userId),
    invitations: (userId: string) => this.#invitations(userId),
    messages: (userId: string) => this.#messages(userId),
  };

  constructor(
    private readonly database: Database,
    private readonly rooms: RoomsRepository,
    private readonly memberships: MembershipsRepository,
    private readonly messages: MessagesRepository,
    private readonly blocks: BlocksRepository,
    private readonly admission: Admission,
  ) {}

  async #eraseBlocks(tx: Transaction, { userId }: Erasure): Promise<string | undefined> {
    const blocks = await this.blocks.blocksWith(tx.db, userId, AT_ONCE);
    for (const block of blocks) {
      await this.blocks.remove(tx.db, block.userId, block.blockedId);
      tx.record(new BlockRemoved(block.userId, { userId: block.blockedId }), userId);
    }
    return blocks.length < AT_ONCE ? undefined : '';
  }

  async #eraseInvitations(tx: Transaction, { userId }: Erasure): Promise<string | undefined> {
    const invitations = await this.rooms.invitationsWith(tx.db, userId, AT_ONCE);
    for (const { room, userId: invited } of invitations)
      await this.admission.uninvite(tx, room.id, invited, userId);
    return invitations.length < AT_ONCE ? undefined : '';
  }

  /** A direct conversation stays for the other one of the two. */
  async #leaveOneRoom(tx: Transaction, { userId }: Erasure): Promise<string | undefined> {
    const roomId = await this.rooms.oneRoomOf(tx.db, userId);
    if (roomId === undefined) return undefined;
    const room = (await this.rooms.lock(tx.db, roomId))!;
    const members = await this.rooms.members(tx.db, roomId);
    const others = members.filter((member) => member.userId !== userId);
    await this.#handOver(tx, room, others, userId);
    await this.admission.dismiss(tx, roomId, userId, userId);
    if (others.length === 0) await this.admission.close(tx, room, userId);
    return '';
  }

  /** A room without an owner gets the one who has been in it for longest. */
  async #handOver(
    tx: Transaction,
    { id }: Room,
    others: readonly Member[],
    by: string,
  ): Promise<void> {
    if (others.some(({ role }) => role === 'owner')) return;
    const [longest] = others.toSorted((one, other) => (one.joinedAt < other.joinedAt ? -1 : 1));
    if (!longest) return;
    await this.rooms.setRole(tx.db, id, longest.userId, 'owner');
    tx.record(new MemberChanged(id, { ...longest, role: 'owner' }), by);
  }

  async #eraseMentions(
    tx: Transaction,
    { userId, username }: Erasure,
  ): Promise<string | undefined> {
    const part = partOf(await this.messages.mentioning(tx.db, userId, AT_ONCE));
    for (const message of await this.#locked(tx, part)) {
      const mentions = message.mentions.filter((id) => id !== userId);
      const text = withoutMentionsOf(username ?? '', message.text ?? '', PSEUDONYM.firstname);
      const edited = { ...message, text, mentions };
      await this.messages.update(tx.db, edited);
      await tx.redact(messageSubject(message.id), withoutText);
      tx.record(new MessageEdited(edited, message.mentions), userId);
    }
    return part.length === 0 ? undefined : '';
  }

  async #eraseMessages(
    tx: Transaction,
    { userId, messages }: Erasure,
    after: string,
  ): Promise<string | undefined> {
    if (messages === 'keep') return undefined;
    const part = partOf(await this.messages.writtenBy(tx.db, userId, after, AT_ONCE));
    const deletedAt = new Date().toISOString();
    for (const message of await this.#locked(tx, part)) {
      if (message.deletedAt) continue;
      const deleted = { ...message, text: null, mentions: [], deletedAt };
      await this.messages.update(tx.db, deleted);
      await tx.redact(messageSubject(message.id), withoutText);
      tx.record(new MessageDeleted(deleted, message.mentions), userId);
    }
    return part.at(-1)?.clientId;
  }

  /** The messages as they are once nobody else changes their rooms, which are locked in one order. */
  async #locked(tx: Transaction, messages: readonly Message[]): Promise<Message[]> {
    for (const roomId of new Set(messages.map((message) => message.roomId).toSorted()))
      await this.rooms.lock(tx.db, roomId);
    const now: Message[] = [];
    for (const { roomId, id } of messages) now.push((await this.messages.find(tx.db, roomId, id))!);
    return now;
  }

  /** Without the last messages, which others may have written. */
  async *#memberships(userId: string) {
    const { read } = this.database;
    const roomIds = await this.rooms.roomIdsOf(read, userId);
    for (let n = 0; n < roomIds.length; n += AT_ONCE) {
      const page = await this.memberships.inRooms(read, userId, roomIds.slice(n, n + AT_ONCE));
      yield page.map((membership) => Object.assign(membership, { lastMessage: undefined }));
    }
  }

  async *#blocks(userId: string) {
    const all = { afterKey: undefined, limit: MOST_BLOCKS, order: 'asc' as const };
    yield (await this.blocks.page(this.database.read, userId, all)).items;
  }

  async *#invitations(userId: string) {
    yield await this.rooms.invitationsWith(this.database.read, userId, PAGE);
  }

  async *#messages(userId: string) {
    for (let after = ''; ;) {
      const page = await this.messages.writtenBy(this.database.read, userId, after, PAGE);
      yield page;
      if (page.length < PAGE) return;
      after = page.at(-1)!.clientId;
    }
  }
}
