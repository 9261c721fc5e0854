import { Module, type OnModuleInit } from '@nestjs/common';
import { Topics } from '../events/topics.js';
import { CreateUserHandler } from './create-user.js';
import { GetUserHandler } from './get-user.js';
import { ListUsersHandler } from './list-users.js';
import { RemoveUserHandler } from './remove-user.js';
import { UpdateUserHandler } from './update-user.js';
import { UsersController } from './users.controller.js';
import { USERS } from './users.events.js';
import { UsersRepository } from './users.repository.js';
import { userDirectory } from './users.stream.js';

@Module({
  controllers: [UsersController],
  providers: [
    UsersRepository,
    CreateUserHandler,
    UpdateUserHandler,
    RemoveUserHandler,
    GetUserHandler,
    ListUsersHandler,
  ],
})
export class UsersModule implements OnModuleInit {
  constructor(private readonly topics: Topics) {}

  onModuleInit(): void {
    this.topics.register(USERS, userDirectory.snapshot);
  }
}
