import { Database } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Problem } from '../../http/problems.js';
import { RoomAccess } from '../room/room-access.js';
import { REFUSALS } from '../room/room-rules.js';
import type { Membership } from '../room/room.js';
import { MembershipsRepository } from './memberships.repository.js';

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
    throw new Problem('forbidden', REFUSALS.notMember);
  }
}
