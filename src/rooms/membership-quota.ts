import { Injectable } from '@nestjs/common';
import { Quota } from '../http/quota.js';
import { MEMBERSHIP_CHANGES_PER_HOUR } from './limits.js';

const HOUR = 3600; // seconds

/**
 * Limits how often one user joins rooms and leaves them. The log keeps each time, and a stream that is opened reads those of
 * its user: about 2 ms for a thousand.
 */
@Injectable()
export class MembershipQuota extends Quota {
  constructor() {
    super(
      MEMBERSHIP_CHANGES_PER_HOUR,
      HOUR,
      `You may join and leave rooms ${MEMBERSHIP_CHANGES_PER_HOUR} times an hour.`,
    );
  }
}
