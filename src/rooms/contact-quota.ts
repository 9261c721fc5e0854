import { Injectable } from '@nestjs/common';
import { Problem } from '../http/problems.js';
import { RateLimiter } from '../http/rate-limiter.js';
import { INVITATIONS_PER_HOUR } from './limits.js';

/** Limits how many invitations one user sends. Each process counts for itself. */
@Injectable()
export class InvitationQuota {
  readonly #limiter = new RateLimiter(INVITATIONS_PER_HOUR, 3600);

  /** @throws Problem `too-many-requests` */
  take(userId: string): void {
    const { isExceeded, seconds } = this.#limiter.take(userId);
    if (!isExceeded) return;
    throw new Problem(
      'too-many-requests',
      `You may send ${INVITATIONS_PER_HOUR} invitations an hour. Try again in ${seconds} s.`,
      { headers: { 'Retry-After': String(seconds) } },
    );
  }
}
