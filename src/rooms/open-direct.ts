import { TransactionConflict, UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler, QueryBus } from '@nestjs/cqrs';
import { v7 as uuidv7 } from 'uuid';
import { CanSignIn } from '../users/can-sign-in.js';
import { ContactQuota } from './invitations/contact-quota.js';
import { Contacts } from './invitations/contacts.js';
import { Memberships } from './members/memberships.js';
import { canOpenDirect, enforce } from './room/room-rules.js';
import type { Room } from './room/room.js';
import { RoomsRepository } from './room/rooms.repository.js';

/** Opens the direct conversation of two users. There is only one; the first call creates it. */
export class OpenDirect extends Command<{ room: Room; isNew: boolean }> {
  constructor(
    readonly callerId: string,
    readonly otherId: string,
  ) {
    super();
  }
}

@CommandHandler(OpenDirect)
export class OpenDirectHandler implements ICommandHandler<OpenDirect> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly queries: QueryBus,
    private readonly contacts: Contacts,
    private readonly quota: ContactQuota,
    private readonly rooms: RoomsRepository,
    private readonly memberships: Memberships,
  ) {}

  async execute({ callerId, otherId }: OpenDirect): Promise<{ room: Room; isNew: boolean }> {
    const canSignIn = await this.queries.execute(new CanSignIn(otherId));
    enforce(canOpenDirect(callerId, otherId, canSignIn));
    const both = [callerId, otherId].toSorted();
    const directKey = both.join(' ');
    return this.work.run(async (tx) => {
      await this.contacts.refuseBlocked(tx.db, callerId, otherId);
      const found = await this.rooms.findDirect(tx.db, directKey);
      if (found) {
        await this.memberships.show(tx, found.id, callerId, [callerId]);
        return { room: found, isNew: false };
      }
      this.quota.take(callerId);
      const now = new Date().toISOString();
      const room: Room = {
        id: uuidv7(),
        kind: 'direct',
        name: null,
        topic: null,
        archivedAt: null,
        createdAt: now,
        updatedAt: now,
      };
      if (!(await this.rooms.insertDirect(tx.db, room, directKey)))
        throw new TransactionConflict('The same conversation was opened by another process.');
      await this.memberships.addBoth(tx, room, both);
      return { room, isNew: true };
    });
  }
}
