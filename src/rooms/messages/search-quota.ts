import { Injectable } from '@nestjs/common';
import { Config } from '../../config.js';
import { Quota } from '../../http/quota.js';

/** Limits how often one user searches. */
@Injectable()
export class SearchQuota extends Quota {
  constructor({ SEARCHES_PER_MINUTE }: Config) {
    super('SEARCHES_PER_MINUTE', SEARCHES_PER_MINUTE, 'minute', 'search');
  }
}
