import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Database } from '../database/database.js';
import { Ephemerals } from '../events/ephemerals.js';
import { RoomAccess } from './room-access.js';
import { roomTopic } from './rooms.events.js';

/** Tells those who are in a room that someone is typing. Nothing of it is stored. */
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
    private readonly ephemerals: Ephemerals,
  ) {}

  async execute({ callerId, roomId }: TellTyping): Promise<void> {
    await this.access.asMember(this.database.read, roomId, callerId);
    await this.ephemerals.tell({
      topics: [roomTopic(roomId)],
      type: 'typing',
      data: { roomId, userId: callerId },
    });
  }
}
