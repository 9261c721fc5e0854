import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Contacts } from '../invitations/contacts.js';
import { messageNotFound } from '../messages/message-not-found.js';
import { MessagesRepository } from '../messages/messages.repository.js';
import { MAX_PINS, refuseAbove } from '../room/limits.js';
import { RoomAccess } from '../room/room-access.js';
import { canPin, enforce } from '../room/room-rules.js';
import { MessagePinned } from './pins.events.js';
import { PinsRepository } from './pins.repository.js';

/** Pins a message for all members. Has no effect if it is pinned already. */
export class PinMessage extends Command<void> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly messageId: string,
  ) {
    super();
  }
}

@CommandHandler(PinMessage)
export class PinMessageHandler implements ICommandHandler<PinMessage> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly access: RoomAccess,
    private readonly contacts: Contacts,
    private readonly messages: MessagesRepository,
    private readonly pins: PinsRepository,
  ) {}

  execute({ callerId, roomId, messageId }: PinMessage): Promise<void> {
    return this.work.run(async (tx) => {
      const own = await this.access.lockAsMember(tx.db, roomId, callerId);
      const found = await this.messages.find(tx.db, roomId, messageId);
      const message = found ?? messageNotFound(messageId);
      enforce(canPin(own, message));
      await this.contacts.refuseBlockedIn(tx.db, own.room, callerId);
      if (await this.pins.isPinned(tx.db, roomId, messageId)) return;
      refuseAbove(
        MAX_PINS,
        await this.pins.count(tx.db, roomId),
        `This room has ${MAX_PINS} pinned messages, the maximum. Remove one first.`,
      );
      const at = new Date().toISOString();
      await this.pins.add(tx.db, { roomId, messageId, pinnedAt: at }, callerId);
      const { seq } = message;
      tx.record(new MessagePinned({ roomId, messageId, seq, by: callerId, at }), callerId);
    });
  }
}
