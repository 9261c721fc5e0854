import { Injectable } from '@nestjs/common';
import { Quota } from '../http/quota.js';
import { CONTACTS_PER_HOUR } from './limits.js';

const HOUR = 3600; // seconds

/** Limits to how many other users one user turns: with invitations, and with direct conversations that are new. */
@Injectable()
export class ContactQuota extends Quota {
  constructor() {
    super(
      CONTACTS_PER_HOUR,
      HOUR,
      `You may send invitations and begin direct conversations ${CONTACTS_PER_HOUR} times an hour.`,
    );
  }
}
