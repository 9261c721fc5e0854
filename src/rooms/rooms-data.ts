import { Database, type Transaction } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Keyset, Page } from '../http/paging.js';
import type { Erasure, PersonalDataOfFeature } from '../users/personal-data.js';
import { FavouritesRepository } from './favourites/favourites.repository.js';
import { BlocksRepository } from './invitations/blocks.repository.js';
import { Invitations } from './invitations/invitations.js';
import { LevelsRepository } from './levels/levels.repository.js';
import { Memberships } from './members/memberships.js';
import { MembershipsRepository } from './members/memberships.repository.js';
import { FilesOfUser } from './files/files-of-user.js';
import { MessagesOfUser } from './messages/messages-of-user.js';
import type { Member, Room } from './room/room.js';
import { BlockRemoved, MemberChanged } from './room/rooms.events.js';
import { ReactionsOfUser } from './reactions/reactions-of-user.js';
import { RoomsRepository } from './room/rooms.repository.js';
import { PinsRepository } from './pins/pins.repository.js';
import { SavedRepository } from './saved/saved.repository.js';
import { ThreadsOfUser } from './threads/threads-of-user.js';
import { MembersRepository } from './room/members.repository.js';
import { InvitationsRepository } from './room/invitations.repository.js';

/** Rows per part of an erasure: few enough not to delay commands. */
const BATCH_SIZE = 50;
/** Rows per page of an export. */
const PAGE = 500;

/** The personal data in rooms: memberships, blocks, invitations, messages and mentions. */
@Injectable()
export class RoomsData implements PersonalDataOfFeature {
  readonly steps = {
    blocks: (tx: Transaction, erasure: Erasure) => this.#eraseBlocks(tx, erasure),
    invitations: (tx: Transaction, erasure: Erasure) => this.#eraseInvitations(tx, erasure),
    memberships: (tx: Transaction, erasure: Erasure) => this.#leaveOneRoom(tx, erasure),
    marks: (tx: Transaction, erasure: Erasure) => this.#eraseMarks(tx, erasure),
    threads: (tx: Transaction, { userId }: Erasure) => this.threadsOfUser.erase(tx, userId),
    mentions: (tx: Transaction, erasure: Erasure) => this.messages.eraseMentions(tx, erasure),
    reactions: (tx: Transaction, { userId }: Erasure, after: string) =>
      this.reactions.erase(tx, userId, after),
    messages: (tx: Transaction, erasure: Erasure, after: string) =>
      this.messages.erase(tx, erasure, after),
    files: (tx: Transaction, { userId }: Erasure) => this.files.erase(tx, userId),
  };

  readonly sections = {
    memberships: (userId: string) => this.#memberships(userId),
    blocks: (userId: string) => this.#blocks(userId),
    invitations: (userId: string) => this.#invitations(userId),
    messages: (userId: string) => this.messages.exported(userId),
    reactions: (userId: string) => this.reactions.exported(userId),
    files: (userId: string) => this.files.exported(userId),
    threads: (userId: string) => this.threadsOfUser.exported(userId),
    pins: (userId: string) => this.#pins(userId),
    saved: (userId: string) => this.#saved(userId),
  };

  constructor(
    private readonly database: Database,
    private readonly rooms: RoomsRepository,
    private readonly members: MembersRepository,
    private readonly invitationsRepository: InvitationsRepository,
    private readonly repository: MembershipsRepository,
    private readonly messages: MessagesOfUser,
    private readonly blocks: BlocksRepository,
    private readonly reactions: ReactionsOfUser,
    private readonly levels: LevelsRepository,
    private readonly favourites: FavouritesRepository,
    private readonly files: FilesOfUser,
    private readonly pins: PinsRepository,
    private readonly saved: SavedRepository,
    private readonly threadsOfUser: ThreadsOfUser,
    private readonly memberships: Memberships,
    private readonly invitations: Invitations,
  ) {}

  async #eraseBlocks(tx: Transaction, { userId }: Erasure): Promise<string | undefined> {
    const blocks = await this.blocks.blocksWith(tx.db, userId, BATCH_SIZE);
    for (const block of blocks) {
      await this.blocks.remove(tx.db, block.userId, block.blockedId);
      tx.record(new BlockRemoved(block.userId, { userId: block.blockedId }), userId);
    }
    return blocks.length < BATCH_SIZE ? undefined : '';
  }

  async #eraseInvitations(tx: Transaction, { userId }: Erasure): Promise<string | undefined> {
    const invitations = await this.invitationsRepository.invitationsWith(tx.db, userId, BATCH_SIZE);
    for (const { room, userId: invited } of invitations)
      await this.invitations.remove(tx, room.id, invited, userId);
    return invitations.length < BATCH_SIZE ? undefined : '';
  }

  /** The other member keeps a direct conversation. */
  async #leaveOneRoom(tx: Transaction, { userId }: Erasure): Promise<string | undefined> {
    const roomId = await this.members.oneRoomOf(tx.db, userId);
    if (roomId === undefined) return undefined;
    const room = (await this.rooms.lock(tx.db, roomId))!;
    const members = await this.members.members(tx.db, roomId);
    const others = members.filter((member) => member.userId !== userId);
    await this.#handOver(tx, room, others, userId);
    await this.memberships.remove(tx, roomId, userId, userId);
    if (others.length === 0) await this.memberships.archive(tx, room, userId);
    return '';
  }

  /** In a room without an owner, the member who joined first becomes the owner. */
  async #handOver(
    tx: Transaction,
    { id }: Room,
    others: readonly Member[],
    by: string,
  ): Promise<void> {
    if (others.some(({ role }) => role === 'owner')) return;
    const [longest] = others.toSorted((one, other) => (one.joinedAt < other.joinedAt ? -1 : 1));
    if (!longest) return;
    await this.members.setRole(tx.db, id, longest.userId, 'owner');
    tx.record(new MemberChanged(id, { ...longest, role: 'owner' }), by);
  }

  /** What the user has set in direct conversations, of which they stay a member. It is little: one part is enough. */
  async #eraseMarks(tx: Transaction, { userId }: Erasure): Promise<undefined> {
    for (const marks of [this.levels, this.favourites, this.saved])
      await marks.removeAllOf(tx.db, userId);
  }

  /** Without the last messages, which other users may have written. */
  async *#memberships(userId: string) {
    const { read } = this.database;
    const roomIds = await this.members.roomIdsOf(read, userId);
    for (let n = 0; n < roomIds.length; n += BATCH_SIZE) {
      const page = await this.repository.inRooms(read, userId, roomIds.slice(n, n + BATCH_SIZE));
      yield page.map((membership) => Object.assign(membership, { lastMessage: undefined }));
    }
  }

  async *#pins(userId: string) {
    for (let after = ''; ;) {
      const page = await this.pins.by(this.database.read, userId, after, PAGE);
      yield page;
      if (page.length < PAGE) return;
      after = page.at(-1)!.messageId;
    }
  }

  /** Without the messages, which other users may have written. */
  async *#saved(userId: string) {
    const pages = pagesOf((range) => this.saved.page(this.database.read, userId, range));
    for await (const page of pages)
      yield page.map(({ message: { roomId, id: messageId }, savedAt }) => ({
        roomId,
        messageId,
        savedAt,
      }));
  }

  #blocks(userId: string) {
    return pagesOf((range) =>
      this.blocks.page(this.database.read, userId, { ...range, order: 'asc' }),
    );
  }

  async *#invitations(userId: string) {
    yield await this.invitationsRepository.invitationsWith(this.database.read, userId, PAGE);
  }
}

/** The items of all pages of a list. */
async function* pagesOf<Item>(
  read: (range: Pick<Keyset, 'afterKey' | 'limit'>) => Promise<Page<Item>>,
): AsyncGenerator<readonly Item[]> {
  let afterKey: string | undefined;
  do {
    const { items, next } = await read({ afterKey, limit: PAGE });
    yield items;
    afterKey = next;
  } while (afterKey !== undefined);
}
