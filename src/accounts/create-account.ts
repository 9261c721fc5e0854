import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { CreateUser } from '../users/create-user.js';
import type { User } from '../users/user.js';
import { AccountsRepository } from './accounts.repository.js';
import { NewAccounts } from './new-accounts.js';

/** Creates a user who can sign in. The password arrives hashed, because hashing is slow. */
export class CreateAccount extends Command<User> {
  constructor(
    readonly username: string,
    readonly passwordHash: string,
    readonly firstname: string,
    readonly lastname: string,
  ) {
    super();
  }
}

@CommandHandler(CreateAccount)
export class CreateAccountHandler implements ICommandHandler<CreateAccount> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly commands: CommandBus,
    private readonly accounts: AccountsRepository,
    private readonly newAccounts: NewAccounts,
  ) {}

  execute({ username, passwordHash, firstname, lastname }: CreateAccount): Promise<User> {
    return this.work.run(async (tx) => {
      const user = await this.commands.execute(new CreateUser(firstname, lastname, username));
      await this.accounts.setPassword(tx.db, user.id, passwordHash);
      await this.newAccounts.created(tx, { userId: user.id, identity: null });
      return user;
    });
  }
}
