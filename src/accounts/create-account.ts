import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../database/unit-of-work.js';
import { CreateUser } from '../users/create-user.js';
import type { User } from '../users/user.js';
import { AccountsRepository } from './accounts.repository.js';

/** A user who can sign in. The password comes hashed, since that is slow work. */
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
  ) {}

  execute({ username, passwordHash, firstname, lastname }: CreateAccount): Promise<User> {
    return this.work.run(async (tx) => {
      const user = await this.commands.execute(new CreateUser(firstname, lastname, username));
      await this.accounts.setPassword(tx.db, user.id, passwordHash);
      return user;
    });
  }
}
