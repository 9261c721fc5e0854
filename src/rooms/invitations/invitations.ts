import type { Transaction } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import { MemberUninvited } from '../room/rooms.events.js';
import { InvitationsRepository } from '../room/invitations.repository.js';

/** Ends invitations: accepted, declined or withdrawn. */
@Injectable()
export class Invitations {
  constructor(private readonly repository: InvitationsRepository) {}

  /**
   * @param by the invited user, or the user who withdraws the invitation.
   * @returns whether there was one.
   */
  async remove(tx: Transaction, roomId: string, userId: string, by: string): Promise<boolean> {
    const wasInvited = await this.repository.removeInvitation(tx.db, roomId, userId);
    if (wasInvited)
      for (const event of MemberUninvited.forBoth({ roomId, userId })) tx.record(event, by);
    return wasInvited;
  }

  /** Withdraws all invitations to a room. An archived room cannot be joined. */
  async removeAll(tx: Transaction, roomId: string, by: string): Promise<void> {
    for (const { userId } of await this.repository.invitationsTo(tx.db, roomId))
      await this.remove(tx, roomId, userId, by);
  }
}
