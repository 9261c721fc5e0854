import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { randomInt } from 'node:crypto';
import { TransactionConflict } from '../database/errors.js';
import { type Transaction, UnitOfWork } from '../database/unit-of-work.js';
import { Problem } from '../http/problems.js';
import { SecurityLog } from '../http/security-log.js';
import { CreateUser } from '../users/create-user.js';
import { AccountsRepository } from './accounts.repository.js';

/** Someone whom another issuer knows. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  readonly firstname: string;
  readonly lastname: string;
  /** What they would like to be mentioned by. */
  readonly username: string;
}

/** Makes a user of someone whom another issuer vouches for, at first sight; answers with the user's id. */
export class AdoptIdentity extends Command<string> {
  constructor(readonly identity: Identity) {
    super();
  }
}

@CommandHandler(AdoptIdentity)
export class AdoptIdentityHandler implements ICommandHandler<AdoptIdentity> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly commands: CommandBus,
    private readonly accounts: AccountsRepository,
    private readonly log: SecurityLog,
  ) {}

  async execute({ identity }: AdoptIdentity): Promise<string> {
    const { id, isNew } = await this.work.run((tx) => this.#adopt(tx, identity));
    if (isNew)
      this.log.record({
        action: 'sign-up',
        outcome: 'success',
        actor: null,
        target: id,
        details: { by: 'issuer' },
      });
    return id;
  }

  async #adopt(tx: Transaction, identity: Identity): Promise<{ id: string; isNew: boolean }> {
    const { issuer, subject } = identity;
    const known = await this.accounts.findIdentity(tx.db, issuer, subject);
    if (known) return { id: known, isNew: false };
    const id = await this.#createUser(tx, identity);
    if (await this.accounts.addIdentity(tx.db, issuer, subject, id)) return { id, isNew: true };
    throw new TransactionConflict('The same identity was adopted by another process.');
  }

  async #createUser(tx: Transaction, { firstname, lastname, username }: Identity): Promise<string> {
    const wishes = [username, `${username}-2`, `${username}-3`, `${username}-${randomInt(1e6)}`];
    const taken = await this.accounts.usernamesAmong(tx.db, wishes);
    const free = wishes.find((wish) => !taken.includes(wish));
    try {
      const user = await this.commands.execute(new CreateUser(firstname, lastname, free));
      return user.id;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      throw new TransactionConflict('The username was taken by another process.');
    }
  }
}
