import type { Transaction } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { Config } from '../config.js';
import { SessionEnded, SessionStarted } from './accounts.events.js';
import { AccountsRepository } from './accounts.repository.js';
import type { Session } from './session.js';
import { hashOf, newToken } from './tokens.js';

/** Sessions per user. A further one ends the oldest. */
export const MAX_SESSIONS = 100;

export interface StartedSession {
  /** The token, which is not stored. */
  readonly token: string;
  readonly session: Session;
  /** The ids of the sessions that it replaced: of the same client, and the oldest above the limit. */
  readonly endedIds: readonly string[];
}

/** Starts and ends sessions within a command. The end of a session records the event that ends its streams. */
@Injectable()
export class Sessions {
  constructor(
    private readonly accounts: AccountsRepository,
    private readonly config: Config,
  ) {}

  /**
   * @param client what the client calls itself.
   * @param replacedTokens those that it had until now; their sessions end, whoever's they are.
   */
  async start(
    tx: Transaction,
    userId: string,
    client: string,
    replacedTokens: readonly string[] = [],
  ): Promise<StartedSession> {
    const replaced = await this.#endReplaced(tx, replacedTokens);
    const token = newToken();
    const now = Date.now();
    const createdAt = new Date(now).toISOString();
    const expiresAt = new Date(now + this.config.SESSION_LIFETIME).toISOString();
    const session = { id: uuidv7(), client, createdAt, lastUsedAt: createdAt, expiresAt };
    await this.accounts.insertSession(tx.db, userId, hashOf(token), session);
    tx.record(new SessionStarted(userId, session), userId);
    const surplus = await this.accounts.sessionIdsOf(tx.db, userId, MAX_SESSIONS);
    for (const id of surplus) await this.end(tx, userId, id);
    return { token, session, endedIds: [...replaced, ...surplus] };
  }

  /** @returns whether there was such a session of this user. */
  async end(tx: Transaction, userId: string, id: string): Promise<boolean> {
    const ended = await this.accounts.removeSession(tx.db, userId, id);
    if (ended) tx.record(new SessionEnded(userId, { id }), userId);
    return ended;
  }

  async endAll(tx: Transaction, userId: string, except?: string): Promise<void> {
    for (const id of await this.accounts.sessionIdsOf(tx.db, userId))
      if (id !== except) await this.end(tx, userId, id);
  }

  async #endReplaced(tx: Transaction, tokens: readonly string[]): Promise<string[]> {
    const ended: string[] = [];
    for (const token of tokens) {
      const found = await this.accounts.findSessionByToken(tx.db, hashOf(token));
      if (found && (await this.end(tx, found.userId, found.session.id)))
        ended.push(found.session.id);
    }
    return ended;
  }
}
