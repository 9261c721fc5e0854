import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { Precondition } from '../http/preconditions.js';
import { Problem } from '../http/problems.js';
import { Contacts } from './contacts.js';
import { messageNotFound } from './message-not-found.js';
import type { Message } from './message.js';
import { MessagesRepository } from './messages.repository.js';
import { refuseArchived, RoomAccess } from './room-access.js';
import { MessageEdited, messageSubject, withoutText } from './rooms.events.js';

/** Its author says it otherwise. */
export class EditMessage extends Command<Message> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly messageId: string,
    readonly text: string,
    readonly precondition: Precondition,
  ) {
    super();
  }
}

@CommandHandler(EditMessage)
export class EditMessageHandler implements ICommandHandler<EditMessage> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly access: RoomAccess,
    private readonly contacts: Contacts,
    private readonly messages: MessagesRepository,
  ) {}

  execute({ callerId, roomId, messageId, text, precondition }: EditMessage): Promise<Message> {
    return this.work.run(async (tx) => {
      const { room } = await this.access.lockAsMember(tx.db, roomId, callerId);
      const found = await this.messages.find(tx.db, roomId, messageId);
      const message = found ?? messageNotFound(messageId);
      if (message.authorId !== callerId)
        throw new Problem('forbidden', 'Only its author may edit a message.');
      if (message.deletedAt) throw new Problem('conflict', 'The message is deleted.');
      refuseArchived(room);
      await this.contacts.refuseBlockedIn(tx.db, room, callerId);
      precondition.check(message);
      if (text === message.text) return message;
      const mentions = await this.messages.mentionedIn(tx.db, roomId, text, callerId);
      const edited = { ...message, text, mentions, editedAt: new Date().toISOString() };
      await this.messages.update(tx.db, edited);
      await tx.redact(messageSubject(message.id), withoutText);
      tx.record(new MessageEdited(edited, message.mentions), callerId);
      return edited;
    });
  }
}
