import { Injectable } from '@nestjs/common';
import type { CompanyOfFeature } from '../users/user-audience.js';
import { accountTopic } from './accounts.events.js';

/** Users see their own name on all their devices. */
@Injectable()
export class OwnCompany implements CompanyOfFeature {
  async topicsOf(_db: unknown, userId: string): Promise<string[]> {
    return [accountTopic(userId)];
  }
}
