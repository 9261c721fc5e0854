import { Database } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Problem } from '../../http/problems.js';
import { RoomAccess } from '../room/room-access.js';
import type { Invitation } from '../room/room.js';
import { InvitationsRepository } from '../room/invitations.repository.js';

export class GetInvitation extends Query<Invitation> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly userId: string,
  ) {
    super();
  }
}

@QueryHandler(GetInvitation)
export class GetInvitationHandler implements IQueryHandler<GetInvitation> {
  constructor(
    private readonly database: Database,
    private readonly access: RoomAccess,
    private readonly invitations: InvitationsRepository,
  ) {}

  /** @throws Problem `not-found`; `forbidden`: the caller is not in the room. */
  async execute({ callerId, roomId, userId }: GetInvitation): Promise<Invitation> {
    const { room } = await this.access.asMember(this.database.read, roomId, callerId);
    const found = await this.invitations.findInvitation(this.database.read, room.id, userId);
    if (found) return found;
    throw new Problem(
      'not-found',
      'The invitation no longer exists: it was accepted, declined or withdrawn.',
    );
  }
}
