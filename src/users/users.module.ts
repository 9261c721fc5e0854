import { Module, type OnModuleInit } from '@nestjs/common';
import { Config } from '../config.js';
import { Topics } from '../events/topics.js';
import { CanSignInHandler } from './can-sign-in.js';
import { EraseUserHandler } from './erase-user.js';
import { Erasures } from './erasures.js';
import { ErasuresRepository } from './erasures.repository.js';
import { CreateUserHandler } from './create-user.js';
import { GetUserHandler } from './get-user.js';
import { ListUsersHandler } from './list-users.js';
import { PersonalData } from './personal-data.js';
import { ProfileData } from './profile-data.js';
import { RemoveUserHandler } from './remove-user.js';
import { UpdateUserHandler } from './update-user.js';
import { UsersController } from './users.controller.js';
import { USER_EVENTS, USERS } from './users.events.js';
import { UsersRepository } from './users.repository.js';
import { DIRECTORY } from './users.stream.js';

@Module({
  controllers: [UsersController],
  providers: [
    UsersRepository,
    ErasuresRepository,
    Erasures,
    PersonalData,
    ProfileData,
    CreateUserHandler,
    UpdateUserHandler,
    RemoveUserHandler,
    EraseUserHandler,
    CanSignInHandler,
    GetUserHandler,
    ListUsersHandler,
  ],
  exports: [PersonalData],
})
export class UsersModule implements OnModuleInit {
  constructor(
    private readonly config: Config,
    private readonly topics: Topics,
    private readonly personalData: PersonalData,
    private readonly profiles: ProfileData,
  ) {}

  onModuleInit(): void {
    this.personalData.register(this.profiles);
    const audience = this.config.USERS_OPEN ? 'anyone' : 'signed-in';
    this.topics.register(USERS, { audience, snapshot: DIRECTORY, events: USER_EVENTS });
  }
}
