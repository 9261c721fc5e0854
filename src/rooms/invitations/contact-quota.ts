import { Injectable } from '@nestjs/common';
import { Quota } from '../../http/quota.js';
import { CONTACTS_PER_HOUR } from '../room/limits.js';

/** Limits how many invitations a user sends and how many new direct conversations they open. */
@Injectable()
export class ContactQuota extends Quota {
  constructor() {
    super('contacts', CONTACTS_PER_HOUR, 'hour', 'send invitations and open direct conversations');
  }
}
