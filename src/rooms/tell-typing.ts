import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Database } from '../database/database.js';
import { Ephemerals } from '../events/ephemerals.js';
import { Contacts } from './contacts.js';
import { LARGEST_LIVE_ROOM } from './limits.js';
import { RoomAccess } from './room-access.js';
import { roomTopic } from './rooms.events.js';
import { RoomsRepository } from './rooms.repository.js';

/** Tells those who are in a room of up to 1,000 members that someone is typing. Nothing of it is stored. */
export class TellTyping extends Command<void> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
  ) {
    super();
  }
}

@CommandHandler(TellTyping)
export class TellTypingHandler implements ICommandHandler<TellTyping> {
  constructor(
    private readonly database: Database,
    private readonly access: RoomAccess,
    private readonly contacts: Contacts,
    private readonly rooms: RoomsRepository,
    private readonly ephemerals: Ephemerals,
  ) {}

  async execute({ callerId, roomId }: TellTyping): Promise<void> {
    const { read } = this.database;
    const { room } = await this.access.asMember(read, roomId, callerId);
    await this.contacts.refuseBlockedIn(read, room, callerId);
    if ((await this.rooms.countMembers(read, roomId)) > LARGEST_LIVE_ROOM) return;
    await this.ephemerals.tell({
      topics: [roomTopic(roomId)],
      type: 'typing',
      data: { roomId, userId: callerId },
    });
  }
}
