import { Injectable } from '@nestjs/common';
import { Quota } from '../../http/quota.js';
import { MEMBERSHIP_CHANGES_PER_HOUR } from '../room/limits.js';

/**
 * Limits how often a user joins and leaves rooms. The log keeps each change, and each new stream reads those of its
 * user: about 2 ms per thousand.
 */
@Injectable()
export class MembershipQuota extends Quota {
  constructor() {
    super('memberships', MEMBERSHIP_CHANGES_PER_HOUR, 'hour', 'join and leave rooms');
  }
}
