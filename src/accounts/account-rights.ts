import { Injectable } from '@nestjs/common';
import type { LoggedFact } from '../events/event-log.js';
import type { RightsRule } from '../events/rights.js';
import { UserErased } from '../users/users.events.js';
import { accountTopic, SessionEnded } from './accounts.events.js';

/** What concerns an account is heard by its person, with any session, until that ends. */
@Injectable()
export class AccountRights implements RightsRule {
  async topicsOf(_db: unknown, userId: string): Promise<Map<string, number>> {
    return new Map([[accountTopic(userId), 0]]);
  }

  sessionEndedBy({ type, data }: LoggedFact): string | undefined {
    if (type !== SessionEnded.type && type !== UserErased.type) return undefined;
    return (JSON.parse(data) as SessionEnded['data'] | UserErased['data']).id;
  }
}
