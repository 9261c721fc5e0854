import { Database } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { PersonalDataOfFeature } from '../users/personal-data.js';
import { PushSubscriptionsRepository } from './push-subscriptions.repository.js';

/** The push subscriptions of a user. An erasure deletes them with the sessions to which they belong. */
@Injectable()
export class PushData implements PersonalDataOfFeature {
  readonly sections = {
    pushSubscriptions: (userId: string) => this.#subscriptions(userId),
  };

  constructor(
    private readonly database: Database,
    private readonly repository: PushSubscriptionsRepository,
  ) {}

  /** Without the keys, which are secrets of the browser. */
  async *#subscriptions(userId: string) {
    yield await this.repository.endpointsOf(this.database.read, userId);
  }
}
