import { Database } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { NotificationLevels } from './notification-levels.js';
import type { NotifiedMessage } from './notified-message.js';
import { NotifiedRepository } from './notified.repository.js';

/**
 * A message of which to notify a user now; `undefined` if the user is no member, has read it on any device, or does not want
 * to be notified of it.
 */
export class GetNotifiedMessage extends Query<NotifiedMessage | undefined> {
  constructor(
    readonly userId: string,
    readonly roomId: string,
    readonly messageId: string,
  ) {
    super();
  }
}

@QueryHandler(GetNotifiedMessage)
export class GetNotifiedMessageHandler implements IQueryHandler<GetNotifiedMessage> {
  constructor(
    private readonly database: Database,
    private readonly levels: NotificationLevels,
    private readonly repository: NotifiedRepository,
  ) {}

  async execute(query: GetNotifiedMessage): Promise<NotifiedMessage | undefined> {
    const { userId, roomId, messageId } = query;
    const found = await this.repository.unread(this.database.read, userId, roomId, messageId);
    const isWanted = found && (await this.levels.wants(userId, found.message, new Date()));
    return isWanted ? found : undefined;
  }
}
