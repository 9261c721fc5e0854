import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Precondition } from '../../http/preconditions.js';
import { withoutContent } from '../room/message.js';
import { RoomAccess } from '../room/room-access.js';
import { canDelete, enforce } from '../room/room-rules.js';
import { MessageDeleted, messageSubject, withoutText } from '../room/rooms.events.js';
import { FilesOfMessage } from '../files/files-of-message.js';
import { messageNotFound } from './message-not-found.js';
import { MessagesRepository } from './messages.repository.js';
import { Threads } from '../threads/threads.js';

/** Deletes a message. It keeps its `seq`, without text. Has no effect if it is deleted already. */
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
    private readonly files: FilesOfMessage,
    private readonly threads: Threads,
  ) {}

  execute({ callerId, roomId, messageId, precondition }: DeleteMessage): Promise<void> {
    return this.work.run(async (tx) => {
      const { member } = await this.access.lockAsMember(tx.db, roomId, callerId);
      const found = await this.messages.find(tx.db, roomId, messageId);
      const message = found ?? messageNotFound(messageId);
      enforce(canDelete(member, message));
      if (message.deletedAt) return;
      precondition.check(message);
      const deleted = withoutContent(message, new Date().toISOString());
      await this.messages.update(tx.db, deleted);
      await this.files.remove(tx, message);
      await tx.redact(messageSubject(message.id), withoutText);
      tx.record(new MessageDeleted(deleted, message), callerId);
      await this.threads.deleted(tx, message);
    });
  }
}
