import { Database } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import { Problem } from '../http/problems.js';
import { USERNAME } from '../users/username.js';
import { AccountsRepository } from './accounts.repository.js';
import { Passwords } from './passwords.js';
import { SignInLimiter } from './sign-in-limiter.js';
import type { SignInSource } from './sign-in-source.js';
import { wrongCredentials } from './wrong-credentials.js';

export interface KnownPassword {
  readonly userId: string;
  readonly hash: string;
}

/** Verifies usernames and passwords. */
@Injectable()
export class SignIn {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly passwords: Passwords,
    private readonly limiter: SignInLimiter,
  ) {}

  /**
   * @returns the user's id, and the hash that the password is right for.
   * @throws Problem `unauthenticated`, in the same words and time for an unknown username and a wrong password;
   *   `too-many-requests`.
   */
  async verify(username: string, password: string, source: SignInSource): Promise<KnownPassword> {
    // What is no username is not asked for: it could have a NUL, which PostgreSQL does not take in a text.
    const account = USERNAME.test(username) ? username : '';
    const known = account
      ? await this.accounts.findPassword(this.database.read, account)
      : undefined;
    const share = { network: source.network, account };
    return this.limiter.guard({ account, userId: known?.userId, source }, async (isKnown) => {
      if (await this.passwords.matches(password, known?.hash, share, isKnown)) return known!;
      throw wrongCredentials(known?.userId);
    });
  }

  async hasPassword(userId: string): Promise<boolean> {
    return (await this.accounts.findPasswordOf(this.database.read, userId)) !== undefined;
  }

  /**
   * Verifies the password of a signed-in user.
   *
   * @returns its hash.
   * @throws Problem `conflict`: the user has no password, because an external issuer signs them in; `forbidden`: the
   *   password is wrong; `too-many-requests`.
   */
  async confirm(userId: string, password: string, source: SignInSource): Promise<string> {
    const hash = await this.accounts.findPasswordOf(this.database.read, userId);
    if (!hash)
      throw new Problem(
        'conflict',
        'You have no password, because an external issuer signs you in.',
      );
    const share = { network: source.network, account: userId };
    return this.limiter.guard({ account: userId, userId, source }, async (isKnown) => {
      if (await this.passwords.matches(password, hash, share, isKnown)) return hash;
      throw new Problem('forbidden', 'The current password is wrong.');
    });
  }
}
