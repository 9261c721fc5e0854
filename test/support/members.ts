import { UnitOfWork } from '@carillon/nestjs';
import { v7 as uuidv7 } from 'uuid';
import type { Room } from '../../src/rooms/room/room.js';
import { MembersRepository } from '../../src/rooms/room/members.repository.js';
import { UsersRepository } from '../../src/users/users.repository.js';
import type { RunningApplication } from './application.js';

/** Adds members who never sign in, past the API, which would take minutes for a large room. */
export async function addMembers({ app }: RunningApplication, room: Room, count: number) {
  const users = app.get(UsersRepository, { strict: false });
  const members = app.get(MembersRepository, { strict: false });
  const now = new Date().toISOString();
  await app.get(UnitOfWork, { strict: false }).run(async ({ db }) => {
    for (let n = 1; n <= count; n++) {
      const userId = uuidv7();
      const names = { firstname: 'Member', lastname: `No. ${n}` };
      await users.insert(db, { id: userId, ...names, createdAt: now, updatedAt: now });
      await members.insertMember(db, room.id, { userId, role: 'member', joinedAt: now }, 0);
    }
  });
}
