import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { Precondition } from '../http/preconditions.js';
import { Problem } from '../http/problems.js';
import { messageNotFound } from './message-not-found.js';
import { MessagesRepository } from './messages.repository.js';
import { RoomAccess } from './room-access.js';
import { MessageDeleted, messageSubject, withoutText } from './rooms.events.js';

/** Takes a message back. It keeps its place, without what it said; a second time changes nothing. */
export class DeleteMessage extends Command<void> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly messageId: string,
    readonly precondition: Precondition,
  ) {
    super();
  }
}

@CommandHandler(DeleteMessage)
export class DeleteMessageHandler implements ICommandHandler<DeleteMessage> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly access: RoomAccess,
    private readonly messages: MessagesRepository,
  ) {}

  execute({ callerId, roomId, messageId, precondition }: DeleteMessage): Promise<void> {
    return this.work.run(async (tx) => {
      const { member } = await this.access.lockAsMember(tx.db, roomId, callerId);
      const found = await this.messages.find(tx.db, roomId, messageId);
      const message = found ?? messageNotFound(messageId);
      if (message.authorId !== callerId && member.role !== 'owner')
        throw new Problem('forbidden', 'Only its author, or an owner, may delete a message.');
      if (message.deletedAt) return;
      precondition.check(message);
      const deletedAt = new Date().toISOString();
      const deleted = { ...message, text: null, mentions: [], deletedAt };
      await this.messages.update(tx.db, deleted);
      await tx.redact(messageSubject(message.id), withoutText);
      tx.record(new MessageDeleted(deleted, message.mentions), callerId);
    });
  }
}
