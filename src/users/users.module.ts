import { CarillonModule } from '@carillon/nestjs';
import { Module } from '@nestjs/common';
import { CanSignInHandler } from './can-sign-in.js';
import { EraseUserHandler } from './erase-user.js';
import { Erasures } from './erasures.js';
import { ErasuresRepository } from './erasures.repository.js';
import { Credentials } from './credentials.js';
import { CreateUserHandler } from './create-user.js';
import { GetUserHandler } from './get-user.js';
import { ListUsersHandler } from './list-users.js';
import { PersonalData } from './personal-data.js';
import { ProfileData } from './profile-data.js';
import { RemoveUserHandler } from './remove-user.js';
import { UpdateUserHandler } from './update-user.js';
import { UserAudience } from './user-audience.js';
import { UserPermissions } from './user-permissions.js';
import { UserWordsRepository } from './user-words.repository.js';
import { UsersRepository } from './users.repository.js';
import { usersFeature } from './users.feature.js';

/** Users, their names and their erasure. Accounts need them even if no route shows them. */
@Module({
  imports: [CarillonModule.forFeature(usersFeature)],
  providers: [
    UsersRepository,
    UserWordsRepository,
    Credentials,
    ErasuresRepository,
    Erasures,
    PersonalData,
    ProfileData,
    UserAudience,
    UserPermissions,
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
export class UsersModule {}
