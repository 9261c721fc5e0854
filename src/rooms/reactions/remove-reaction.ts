import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { messageNotFound } from '../messages/message-not-found.js';
import { MessagesRepository } from '../messages/messages.repository.js';
import { RoomAccess } from '../room/room-access.js';
import { ReactionsOfMessage } from './reactions-of-message.js';

/** Takes a reaction back, also in an archived room. Has no effect if there is none. */
export class RemoveReaction extends Command<void> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly messageId: string,
    readonly emoji: string,
  ) {
    super();
  }
}

@CommandHandler(RemoveReaction)
export class RemoveReactionHandler implements ICommandHandler<RemoveReaction> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly access: RoomAccess,
    private readonly messages: MessagesRepository,
    private readonly reactions: ReactionsOfMessage,
  ) {}

  execute({ callerId, roomId, messageId, emoji }: RemoveReaction): Promise<void> {
    return this.work.run(async (tx) => {
      await this.access.lockAsMember(tx.db, roomId, callerId);
      const message = await this.messages.find(tx.db, roomId, messageId);
      await this.reactions.remove(tx, message ?? messageNotFound(messageId), emoji, callerId);
    });
  }
}
