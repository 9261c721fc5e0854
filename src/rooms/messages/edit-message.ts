import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Precondition } from '../../http/preconditions.js';
import { Contacts } from '../invitations/contacts.js';
import type { Message } from '../room/message.js';
import { RoomAccess } from '../room/room-access.js';
import { canEdit, canHaveText, enforce } from '../room/room-rules.js';
import { MessageEdited, messageSubject, withoutText } from '../room/rooms.events.js';
import { MessageMentions } from './message-mentions.js';
import { messageNotFound } from './message-not-found.js';
import { MessagesRepository } from './messages.repository.js';
import { Threads } from '../threads/threads.js';

/** Changes the text of a message. */
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
    private readonly mentions: MessageMentions,
    private readonly threads: Threads,
  ) {}

  execute({ callerId, roomId, messageId, text, precondition }: EditMessage): Promise<Message> {
    return this.work.run(async (tx) => {
      const { room } = await this.access.lockAsMember(tx.db, roomId, callerId);
      const found = await this.messages.find(tx.db, roomId, messageId);
      const message = found ?? messageNotFound(messageId);
      enforce(canEdit(callerId, room, message));
      enforce(canHaveText(text, message));
      await this.contacts.refuseBlockedIn(tx.db, room, callerId);
      precondition.check(message);
      if (text === message.text) return message;
      const mentions = await this.mentions.inEdited(tx.db, message, text);
      const edited = { ...message, text, ...mentions, editedAt: new Date().toISOString() };
      await this.messages.update(tx.db, edited);
      await tx.redact(messageSubject(message.id), withoutText);
      tx.record(new MessageEdited(edited, message), callerId);
      await this.threads.edited(tx, edited);
      return edited;
    });
  }
}
