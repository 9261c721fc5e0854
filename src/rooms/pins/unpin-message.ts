import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { messageNotFound } from '../messages/message-not-found.js';
import { MessagesRepository } from '../messages/messages.repository.js';
import { RoomAccess } from '../room/room-access.js';
import { canUnpin, enforce } from '../room/room-rules.js';
import { MessageUnpinned } from './pins.events.js';
import { PinsRepository } from './pins.repository.js';

/** Removes the pin of a message, also in an archived room. Has no effect if there is none. */
export class UnpinMessage extends Command<void> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly messageId: string,
  ) {
    super();
  }
}

@CommandHandler(UnpinMessage)
export class UnpinMessageHandler implements ICommandHandler<UnpinMessage> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly access: RoomAccess,
    private readonly messages: MessagesRepository,
    private readonly pins: PinsRepository,
  ) {}

  execute({ callerId, roomId, messageId }: UnpinMessage): Promise<void> {
    return this.work.run(async (tx) => {
      const own = await this.access.lockAsMember(tx.db, roomId, callerId);
      const found = await this.messages.find(tx.db, roomId, messageId);
      const { seq } = found ?? messageNotFound(messageId);
      enforce(canUnpin(own));
      if (!(await this.pins.remove(tx.db, roomId, messageId))) return;
      const at = new Date().toISOString();
      tx.record(new MessageUnpinned({ roomId, messageId, seq, by: callerId, at }), callerId);
    });
  }
}
