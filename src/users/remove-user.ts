import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { UnitOfWork } from '../database/unit-of-work.js';
import type { Precondition } from '../http/preconditions.js';
import { Problem } from '../http/problems.js';
import { userNotFound } from './user-not-found.js';
import { UserRemoved } from './users.events.js';
import { UsersRepository } from './users.repository.js';

export class RemoveUser extends Command<void> {
  constructor(
    readonly id: string,
    readonly precondition: Precondition,
  ) {
    super();
  }
}

@CommandHandler(RemoveUser)
export class RemoveUserHandler implements ICommandHandler<RemoveUser> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly users: UsersRepository,
  ) {}

  execute({ id, precondition }: RemoveUser): Promise<void> {
    return this.work.run(async (tx) => {
      const user = (await this.users.findForUpdate(tx.db, id)) ?? userNotFound(id);
      if (await this.users.canSignIn(tx.db, id))
        throw new Problem('conflict', 'This user can sign in, and takes part in what others see.');
      precondition.check(user);
      await this.users.remove(tx.db, id);
      tx.record(new UserRemoved({ id }));
    });
  }
}
