import { Database, UnitOfWork } from '@carillon/nestjs';
import { Periodic } from '@carillon/nestjs/internal';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import ms from 'ms';
import { Config } from '../config.js';
import { SecurityLog } from '../http/security-log.js';
import { SessionEnded } from './accounts.events.js';
import { AccountsRepository } from './accounts.repository.js';
import { endsOf } from './session.js';

const TRIM_EVERY = ms('1m');
const TRIM_AT_ONCE = 200;

/** Removes expired sessions. */
@Injectable()
export class ExpiredSessions implements OnModuleInit, OnModuleDestroy {
  readonly #periodic = new Periodic(ExpiredSessions.name, TRIM_EVERY, () => this.trim());

  constructor(
    private readonly database: Database,
    private readonly work: UnitOfWork,
    private readonly accounts: AccountsRepository,
    private readonly log: SecurityLog,
    private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.#periodic.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.#periodic.stop();
  }

  /** Removes expired sessions in small transactions. Their streams have ended by themselves. */
  async trim(): Promise<void> {
    for (;;) {
      const ends = endsOf(Date.now(), this.config.SESSION_IDLE);
      const expired = await this.accounts.endedSessions(this.database.read, ends, TRIM_AT_ONCE);
      if (expired.length === 0) return;
      for (const id of await this.#remove(expired))
        this.log.record({
          action: 'session-end',
          outcome: 'success',
          actor: null,
          target: id,
          details: { reason: 'expired' },
        });
    }
  }

  /** @returns the ids of the sessions that no other process has removed. */
  #remove(expired: readonly { id: string; userId: string }[]): Promise<string[]> {
    return this.work.run(async (tx) => {
      const removed: string[] = [];
      for (const { id, userId } of expired) {
        if (!(await this.accounts.removeSession(tx.db, userId, id))) continue;
        tx.record(new SessionEnded(userId, { id }));
        removed.push(id);
      }
      return removed;
    });
  }
}
