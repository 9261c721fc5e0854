import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { Precondition } from '../http/preconditions.js';
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

  execute({ id, changes, precondition }: UpdateUser): Promise<User> {
    return this.work.run(async (tx) => {
      const user = (await this.users.findForUpdate(tx.db, id)) ?? userNotFound(id);
      precondition.check(user);
      const { firstname = user.firstname, lastname = user.lastname } = changes;
      if (firstname === user.firstname && lastname === user.lastname) return user;
      const updated = { ...user, firstname, lastname, updatedAt: new Date().toISOString() };
      await this.users.update(tx.db, updated);
      tx.record(new UserUpdated(updated));
      return updated;
    });
  }
}
