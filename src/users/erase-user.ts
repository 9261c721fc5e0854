import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Erasures } from './erasures.js';
import { type Erasure, PersonalData } from './personal-data.js';
import { ProfileData } from './profile-data.js';
import { userNotFound } from './user-not-found.js';
import { UsersRepository } from './users.repository.js';

/**
 * Erases a user who can sign in. When the command resolves, the user can no longer sign in and their names are erased;
 * their streams end. The rest is erased in the background.
 */
export class EraseUser extends Command<void> {
  constructor(
    readonly userId: string,
    readonly messages: Erasure['messages'],
  ) {
    super();
  }
}

@CommandHandler(EraseUser)
export class EraseUserHandler implements ICommandHandler<EraseUser> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly users: UsersRepository,
    private readonly profiles: ProfileData,
    private readonly personalData: PersonalData,
    private readonly erasures: Erasures,
  ) {}

  execute({ userId, messages }: EraseUser): Promise<void> {
    return this.work.run(async (tx) => {
      const user = (await this.users.findForUpdate(tx.db, userId)) ?? userNotFound(userId);
      await this.users.erase(tx.db, userId);
      await this.personalData.eraseAtOnce(tx, userId);
      await this.profiles.redactEvents(tx, userId);
      await this.erasures.begin(tx, { userId, username: user.username ?? null, messages });
    });
  }
}
