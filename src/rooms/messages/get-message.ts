import { Database } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Message } from '../room/message.js';
import { RoomAccess } from '../room/room-access.js';
import { messageNotFound } from './message-not-found.js';
import { MessagesRepository } from './messages.repository.js';

export class GetMessage extends Query<Message> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly messageId: string,
  ) {
    super();
  }
}

@QueryHandler(GetMessage)
export class GetMessageHandler implements IQueryHandler<GetMessage> {
  constructor(
    private readonly database: Database,
    private readonly access: RoomAccess,
    private readonly messages: MessagesRepository,
  ) {}

  async execute({ callerId, roomId, messageId }: GetMessage): Promise<Message> {
    await this.access.asMember(this.database.read, roomId, callerId);
    const message = await this.messages.find(this.database.read, roomId, messageId);
    return message ?? messageNotFound(messageId);
  }
}
