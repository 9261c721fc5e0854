import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { Precondition } from '../http/preconditions.js';
import { Problem } from '../http/problems.js';
import type { User } from './user.js';
import { userNotFound } from './user-not-found.js';
import { UserUpdated } from './users.events.js';
import { UsersRepository } from './users.repository.js';

/** A change of some properties; those that are not there stay as they are. */
export class UpdateUser extends Command<User> {
  constructor(
    readonly id: string,
    readonly changes: { readonly firstname?: string; readonly lastname?: string },
    readonly precondition: Precondition,
    /** Who changes it, where that is known. */
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
  ) {}

  execute({ id, changes, precondition, callerId }: UpdateUser): Promise<User> {
    return this.work.run(async (tx) => {
      const user = (await this.users.findForUpdate(tx.db, id)) ?? userNotFound(id);
      if (callerId !== id && (await this.users.canSignIn(tx.db, id)))
        throw new Problem('forbidden', 'This user can sign in, and only they may change it.');
      precondition.check(user);
      const { firstname = user.firstname, lastname = user.lastname } = changes;
      if (firstname === user.firstname && lastname === user.lastname) return user;
      const updated = { ...user, firstname, lastname, updatedAt: new Date().toISOString() };
      await this.users.update(tx.db, updated);
      tx.record(new UserUpdated(updated), callerId);
      return updated;
    });
  }
}
