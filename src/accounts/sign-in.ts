import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { Problem } from '../http/problems.js';
import { USERNAME } from './account-bodies.js';
import { AccountsRepository } from './accounts.repository.js';
import { Attempts } from './attempts.js';
import { Passwords } from './passwords.js';

/** Finds out who someone is by username and password. */
@Injectable()
export class SignIn {
  constructor(
    private readonly database: Database,
    private readonly accounts: AccountsRepository,
    private readonly passwords: Passwords,
    private readonly attempts: Attempts,
  ) {}

  /**
   * @returns the user's id.
   * @throws Problem `unauthenticated`, in the same words and time for an unknown username and a wrong password;
   *   `too-many-requests`.
   */
  async verify(username: string, password: string, address: string): Promise<string> {
    await this.attempts.begin(username, address);
    // What is no username is not asked for: it could have a NUL, which PostgreSQL does not take in a text.
    const known = USERNAME.test(username)
      ? await this.accounts.findPassword(this.database.read, username)
      : undefined;
    if (!(await this.passwords.matches(password, known?.hash)))
      throw new Problem('unauthenticated', 'The username or the password is not right.');
    await this.attempts.succeeded(username, address);
    return known!.userId;
  }

  /**
   * Makes sure that someone who is signed in knows their password.
   *
   * @throws Problem `conflict`: they have none, since another issuer vouches for them; `forbidden`: it is another one;
   *   `too-many-requests`.
   */
  async confirm(userId: string, password: string, address: string): Promise<void> {
    const hash = await this.accounts.findPasswordOf(this.database.read, userId);
    if (!hash)
      throw new Problem('conflict', 'You have no password here: another issuer signs you in.');
    await this.attempts.begin(userId, address);
    if (!(await this.passwords.matches(password, hash)))
      throw new Problem('forbidden', 'The password until now is another one.');
    await this.attempts.succeeded(userId, address);
  }
}
