import type { LoggedEvent, PermissionRule } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import { UserErased } from '../users/users.events.js';
import { accountTopic, SessionEnded } from './accounts.events.js';

/** Grants the topic of an account to its user, in each session until it ends. */
@Injectable()
export class AccountPermissions implements PermissionRule {
  async topicsOf(_db: unknown, userId: string): Promise<Map<string, number>> {
    return new Map([[accountTopic(userId), 0]]);
  }

  sessionEndedBy({ type, data }: LoggedEvent): string | undefined {
    if (type !== SessionEnded.type && type !== UserErased.type) return undefined;
    return (JSON.parse(data) as SessionEnded['data'] | UserErased['data']).id;
  }
}
