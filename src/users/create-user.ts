import { UnitOfWork } from '@carillon/nestjs';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { v7 as uuidv7 } from 'uuid';
import { Problem } from '../http/problems.js';
import type { User } from './user.js';
import { UserCreated } from './users.events.js';
import { UsersRepository } from './users.repository.js';

export class CreateUser extends Command<User> {
  constructor(
    readonly firstname: string,
    readonly lastname: string,
    /** The username, for a user who can sign in. */
    readonly username?: string,
  ) {
    super();
  }
}

@CommandHandler(CreateUser)
export class CreateUserHandler implements ICommandHandler<CreateUser> {
  constructor(
    private readonly work: UnitOfWork,
    private readonly users: UsersRepository,
  ) {}

  execute({ firstname, lastname, username }: CreateUser): Promise<User> {
    return this.work.run(async (tx) => {
      const now = new Date().toISOString();
      const user: User = {
        id: uuidv7(),
        firstname,
        lastname,
        ...(username && { username }),
        createdAt: now,
        updatedAt: now,
      };
      if (!(await this.users.insert(tx.db, user)))
        throw new Problem('conflict', `The username ${username} is taken. Choose another one.`);
      tx.record(new UserCreated(user));
      return user;
    });
  }
}
