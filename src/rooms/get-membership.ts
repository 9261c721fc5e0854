import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Database } from '../database/database.js';
import { Problem } from '../http/problems.js';
import { MembershipsRepository } from './memberships.repository.js';
import { RoomAccess } from './room-access.js';
import type { Membership } from './room.js';

export class GetMembership extends Query<Membership> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
  ) {
    super();
  }
}

@QueryHandler(GetMembership)
export class GetMembershipHandler implements IQueryHandler<GetMembership> {
  constructor(
    private readonly database: Database,
    private readonly access: RoomAccess,
    private readonly memberships: MembershipsRepository,
  ) {}

  /** @throws Problem `not-found`, `forbidden`: the caller is not in the room. */
  async execute({ callerId, roomId }: GetMembership): Promise<Membership> {
    const membership = await this.memberships.find(this.database.read, callerId, roomId);
    if (membership) return membership;
    await this.access.visible(this.database.read, roomId, callerId);
    throw new Problem('forbidden', 'You are not in this room. Join it first.');
  }
}
