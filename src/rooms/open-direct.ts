import { Command, CommandHandler, type ICommandHandler, QueryBus } from '@nestjs/cqrs';
import { v7 as uuidv7 } from 'uuid';
import { TransactionConflict } from '../database/errors.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { invalidProperty } from '../http/problems.js';
import { CanSignIn } from '../users/can-sign-in.js';
import { Admission } from './admission.js';
import { ContactQuota } from './contact-quota.js';
import { Contacts } from './contacts.js';
import type { Room } from './room.js';
import { RoomsRepository } from './rooms.repository.js';

/** The direct conversation of two people: made the first time, the same one each time. */
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
    private readonly admission: Admission,
  ) {}

  async execute({ callerId, otherId }: OpenDirect): Promise<{ room: Room; isNew: boolean }> {
    if (callerId === otherId) throw invalidProperty('userId', 'must be the id of somebody else');
    if (!(await this.queries.execute(new CanSignIn(otherId))))
      throw invalidProperty('userId', 'must be the id of a user who can sign in');
    const both = [callerId, otherId].toSorted();
    const directKey = both.join(' ');
    return this.work.run(async (tx) => {
      await this.contacts.refuseBlocked(tx.db, callerId, otherId);
      const found = await this.rooms.findDirect(tx.db, directKey);
      if (found) {
        await this.admission.showAgain(tx, found.id, callerId, [callerId]);
        return { room: found, isNew: false };
      }
      this.quota.take(callerId);
      const now = new Date().toISOString();
      const room: Room = {
        id: uuidv7(),
        kind: 'direct',
        name: null,
        archivedAt: null,
        createdAt: now,
        updatedAt: now,
      };
      if (!(await this.rooms.insertDirect(tx.db, room, directKey)))
        throw new TransactionConflict('The same conversation was opened by another process.');
      await this.admission.admitBoth(tx, room, both);
      return { room, isNew: true };
    });
  }
}
