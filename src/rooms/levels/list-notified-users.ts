import { Database } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { MembersRepository } from '../room/members.repository.js';
import type { NotifyingMessage } from './notification-levels.js';
import { NotifiedRepository } from './notified.repository.js';

/**
 * The users whom a message may notify: those in the direct conversation, those who are mentioned, those who follow its thread, and
 * those with the level `all`. Only if it mentions everyone does the cost depend on the number of members. `GetNotifiedMessage` decides.
 */
export class ListNotifiedUsers extends Query<string[]> {
  constructor(readonly message: NotifyingMessage) {
    super();
  }
}

@QueryHandler(ListNotifiedUsers)
export class ListNotifiedUsersHandler implements IQueryHandler<ListNotifiedUsers> {
  constructor(
    private readonly database: Database,
    private readonly members: MembersRepository,
    private readonly repository: NotifiedRepository,
  ) {}

  async execute({ message }: ListNotifiedUsers): Promise<string[]> {
    const userIds = new Set([
      ...(await this.#groupsOf(message)),
      ...(await this.repository.followersOf(this.database.read, message)),
      ...message.mentions,
    ]);
    userIds.delete(message.authorId);
    return [...userIds];
  }

  async #groupsOf({ roomId, mentionsAll }: NotifyingMessage): Promise<string[]> {
    const { read } = this.database;
    if (mentionsAll) return this.members.shownUserIdsOf(read, roomId);
    const direct = await this.repository.membersOfDirect(read, roomId);
    return direct.length > 0 ? direct : this.repository.membersWithAll(read, roomId);
  }
}
