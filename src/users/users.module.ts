import { Module, type OnModuleInit } from '@nestjs/common';
import { Config } from '../config.js';
import { Topics } from '../events/topics.js';
import { CanSignInHandler } from './can-sign-in.js';
import { CreateUserHandler } from './create-user.js';
import { GetUserHandler } from './get-user.js';
import { ListUsersHandler } from './list-users.js';
import { RemoveUserHandler } from './remove-user.js';
import { UpdateUserHandler } from './update-user.js';
import { UsersController } from './users.controller.js';
import { UserCreated, UserRemoved, USERS, UserUpdated } from './users.events.js';
import { UsersRepository } from './users.repository.js';
import { DIRECTORY } from './users.stream.js';

@Module({
  controllers: [UsersController],
  providers: [
    UsersRepository,
    CreateUserHandler,
    UpdateUserHandler,
    RemoveUserHandler,
    CanSignInHandler,
    GetUserHandler,
    ListUsersHandler,
  ],
})
export class UsersModule implements OnModuleInit {
  constructor(
    private readonly config: Config,
    private readonly topics: Topics,
  ) {}

  onModuleInit(): void {
    const audience = this.config.USERS_OPEN ? 'anyone' : 'signed-in';
    this.topics.register(USERS, {
      audience,
      snapshot: DIRECTORY,
      facts: {
        [UserCreated.type]: 'a User',
        [UserUpdated.type]: 'the User as it is now',
        [UserRemoved.type]: '`{"id"}`',
      },
    });
  }
}
