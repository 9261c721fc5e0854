import { Command, CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { TransactionConflict } from '../database/errors.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { CreateUser } from '../users/create-user.js';
import { AccountsRepository } from './accounts.repository.js';

/** Someone whom another issuer knows. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  readonly firstname: string;
  readonly lastname: string;
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
  ) {}

  execute({ identity }: AdoptIdentity): Promise<string> {
    const { issuer, subject, firstname, lastname } = identity;
    return this.work.run(async (tx) => {
      const known = await this.accounts.findIdentity(tx.db, issuer, subject);
      if (known) return known;
      const { id } = await this.commands.execute(new CreateUser(firstname, lastname));
      if (await this.accounts.addIdentity(tx.db, issuer, subject, id)) return id;
      throw new TransactionConflict('The same identity was adopted by another process.');
    });
  }
}
