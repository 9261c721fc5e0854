import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Presence } from './presence.js';

/** Whether a user has a personal stream at any node. */
export class IsOnline extends Query<boolean> {
  constructor(readonly userId: string) {
    super();
  }
}

@QueryHandler(IsOnline)
export class IsOnlineHandler implements IQueryHandler<IsOnline> {
  constructor(private readonly presence: Presence) {}

  async execute({ userId }: IsOnline): Promise<boolean> {
    return this.presence.isOnline(userId);
  }
}
