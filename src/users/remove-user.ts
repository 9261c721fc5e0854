import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Precondition } from '../http/preconditions.js';
import { Problem } from '../http/problems.js';
import { Credentials } from './credentials.js';
import { userNotFound } from './user-not-found.js';
import { Erasures } from './erasures.js';
import { ProfileData } from './profile-data.js';
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
    private readonly credentials: Credentials,
    private readonly profiles: ProfileData,
    private readonly erasures: Erasures,
  ) {}

  execute({ id, precondition }: RemoveUser): Promise<void> {
    return this.work.run(async (tx) => {
      const user = (await this.users.findForUpdate(tx.db, id)) ?? userNotFound(id);
      if (await this.credentials.canSignIn(tx.db, id))
        throw new Problem(
          'conflict',
          'This user can sign in. Only they can delete their account, with DELETE /api/me.',
        );
      precondition.check(user);
      await this.users.remove(tx.db, id);
      if (await this.profiles.redactEvents(tx, id))
        await this.erasures.begin(tx, { userId: id, username: null, messages: 'keep' });
    });
  }
}
