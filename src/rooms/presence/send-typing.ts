import { Database, TransientEvents } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Contacts } from '../invitations/contacts.js';
import { MAX_LIVE_MEMBERS } from '../room/limits.js';
import { RoomAccess } from '../room/room-access.js';
import { roomTopic } from '../room/rooms.events.js';
import { MembersRepository } from '../room/members.repository.js';

/** Notifies the members of a room of up to 1,000 members that the caller is typing. Nothing is stored. */
export class SendTyping extends Command<void> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
  ) {
    super();
  }
}

@CommandHandler(SendTyping)
export class SendTypingHandler implements ICommandHandler<SendTyping> {
  constructor(
    private readonly database: Database,
    private readonly access: RoomAccess,
    private readonly contacts: Contacts,
    private readonly members: MembersRepository,
    private readonly transientEvents: TransientEvents,
  ) {}

  async execute({ callerId, roomId }: SendTyping): Promise<void> {
    const { read } = this.database;
    const { room } = await this.access.asMember(read, roomId, callerId);
    await this.contacts.refuseBlockedIn(read, room, callerId);
    if ((await this.members.countMembers(read, roomId)) > MAX_LIVE_MEMBERS) return;
    await this.transientEvents.send({
      topics: [roomTopic(roomId)],
      type: 'typing',
      data: { roomId, userId: callerId },
    });
  }
}
