import { type Transaction, TransactionConflict, UnitOfWork } from '@carillon/nestjs';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { randomInt } from 'node:crypto';
import { Problem } from '../http/problems.js';
import { SecurityLog } from '../http/security-log.js';
import { CreateUser } from '../users/create-user.js';
import { RESERVED_USERNAME } from '../users/username.js';
import { usersNamed } from '../users/users-named.js';
import { AccountsRepository } from './accounts.repository.js';
import { NewAccounts } from './new-accounts.js';

/** A user of an external issuer. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  readonly firstname: string;
  readonly lastname: string;
  /** The preferred username. */
  readonly username: string;
}

/** Provisions a user of an external issuer at their first request. Returns the id of the user. */
export class ProvisionUser extends Command<string> {
  constructor(readonly identity: Identity) {
    super();
  }
}

@CommandHandler(ProvisionUser)
export class ProvisionUserHandler implements ICommandHandler<ProvisionUser> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly commands: CommandBus,
    private readonly accounts: AccountsRepository,
    private readonly newAccounts: NewAccounts,
    private readonly log: SecurityLog,
  ) {}

  async execute({ identity }: ProvisionUser): Promise<string> {
    const { id, isNew } = await this.work.run((tx) => this.#provision(tx, identity));
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

  async #provision(tx: Transaction, identity: Identity): Promise<{ id: string; isNew: boolean }> {
    const { issuer, subject } = identity;
    const known = await this.accounts.findIdentity(tx.db, issuer, subject);
    if (known) return { id: known, isNew: false };
    const id = await this.#createUser(tx, identity);
    if (!(await this.accounts.addIdentity(tx.db, issuer, subject, id)))
      throw new TransactionConflict('The same identity was provisioned by another process.');
    await this.newAccounts.created(tx, { userId: id, identity: { issuer, subject } });
    return { id, isNew: true };
  }

  async #createUser(tx: Transaction, { firstname, lastname, username }: Identity): Promise<string> {
    const wishes = [username, `${username}-2`, `${username}-3`, `${username}-${randomInt(1e6)}`];
    const taken = (await usersNamed(tx.db, wishes).execute()).map((user) => user.username);
    const free = wishes.find((wish) => wish !== RESERVED_USERNAME && !taken.includes(wish));
    try {
      const user = await this.commands.execute(new CreateUser(firstname, lastname, free));
      return user.id;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      throw new TransactionConflict('The username was taken by another process.');
    }
  }
}
