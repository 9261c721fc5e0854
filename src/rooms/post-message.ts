import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { v7 as uuidv7 } from 'uuid';
import { UnitOfWork } from '../database/unit-of-work.js';
import { Problem } from '../http/problems.js';
import { Admission } from './admission.js';
import { Contacts } from './contacts.js';
import type { Message } from './message.js';
import { MessagesRepository } from './messages.repository.js';
import { ReadMarkers } from './read-markers.js';
import { refuseArchived, RoomAccess } from './room-access.js';
import { MessagePosted } from './rooms.events.js';

/** Says something in a room. Repeated with the same client id, it is said once. */
export class PostMessage extends Command<Message> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly clientId: string,
    readonly text: string,
  ) {
    super();
  }
}

@CommandHandler(PostMessage)
export class PostMessageHandler implements ICommandHandler<PostMessage> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly access: RoomAccess,
    private readonly contacts: Contacts,
    private readonly admission: Admission,
    private readonly messages: MessagesRepository,
    private readonly markers: ReadMarkers,
  ) {}

  execute({ callerId, roomId, clientId, text }: PostMessage): Promise<Message> {
    return this.work.run(async (tx) => {
      const { room } = await this.access.lockAsMember(tx.db, roomId, callerId);
      const earlier = await this.messages.findByClientId(tx.db, callerId, clientId);
      if (earlier) return sameAs(earlier, roomId, text);
      refuseArchived(room);
      await this.contacts.refuseBlockedIn(tx.db, room, callerId);
      if (room.kind === 'direct') await this.admission.showAgain(tx, roomId, callerId);
      const { seq, createdAt } = await this.messages.nextPlace(tx.db, roomId);
      const message: Message = {
        id: uuidv7(),
        roomId,
        seq,
        authorId: callerId,
        clientId,
        text,
        mentions: await this.messages.mentionedIn(tx.db, roomId, text, callerId),
        createdAt,
        editedAt: null,
        deletedAt: null,
      };
      await this.messages.insert(tx.db, message);
      await this.markers.move(tx, callerId, roomId, seq);
      tx.record(new MessagePosted(message), callerId);
      return message;
    });
  }
}

/** A retry. What has become of the message since then does not make it another one. */
function sameAs(earlier: Message, roomId: string, text: string): Message {
  const isUntouched = earlier.editedAt === null && earlier.deletedAt === null;
  if (earlier.roomId === roomId && (!isUntouched || earlier.text === text)) return earlier;
  throw new Problem(
    'idempotency-key-reused',
    'You have posted another message with this clientId before. Generate a new one for each message.',
  );
}
