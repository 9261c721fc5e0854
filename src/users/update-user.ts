import { type Transaction, UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Config, hasDirectory } from '../config.js';
import type { Precondition } from '../http/preconditions.js';
import { Problem } from '../http/problems.js';
import type { User } from './user.js';
import { Credentials } from './credentials.js';
import { UserAudience } from './user-audience.js';
import { userNotFound } from './user-not-found.js';
import { UserUpdated } from './users.events.js';
import { UsersRepository } from './users.repository.js';

/** Changes some properties of a user. Missing ones stay unchanged. */
export class UpdateUser extends Command<User> {
  constructor(
    readonly id: string,
    readonly changes: { readonly firstname?: string; readonly lastname?: string },
    readonly precondition: Precondition,
    /** The user who makes the change, if known. */
    readonly callerId?: string,
  ) {
    super();
  }
}

@CommandHandler(UpdateUser)
export class UpdateUserHandler implements ICommandHandler<UpdateUser> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly users: UsersRepository,
    private readonly credentials: Credentials,
    private readonly audience: UserAudience,
    private readonly config: Config,
  ) {}

  execute({ id, changes, precondition, callerId }: UpdateUser): Promise<User> {
    return this.work.run(async (tx) => {
      const user = (await this.users.findForUpdate(tx.db, id)) ?? userNotFound(id);
      if (callerId !== id) await this.#refuseUnlessOpen(tx, id);
      precondition.check(user);
      const { firstname = user.firstname, lastname = user.lastname } = changes;
      if (firstname === user.firstname && lastname === user.lastname) return user;
      const updated = { ...user, firstname, lastname, updatedAt: new Date().toISOString() };
      await this.users.update(tx.db, updated);
      const alsoOn = await this.audience.topicsOf(tx.db, id);
      tx.record(new UserUpdated(updated, alsoOn), callerId);
      return updated;
    });
  }

  /** Users who cannot sign in can be changed by everyone who may see the directory. */
  async #refuseUnlessOpen({ db }: Transaction, id: string): Promise<void> {
    if (!hasDirectory(this.config))
      throw new Problem('forbidden', 'You can only change your own name.');
    if (await this.credentials.canSignIn(db, id))
      throw new Problem('forbidden', 'This user can sign in. Only they can change their name.');
  }
}
