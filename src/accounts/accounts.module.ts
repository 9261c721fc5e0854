import { CarillonModule } from '@carillon/nestjs';
import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { EventsModule } from '../events/events.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccessGuard } from './access.guard.js';
import { AccountCredentials } from './account-credentials.js';
import { AccountPermissions } from './account-permissions.js';
import { AccountsData } from './accounts-data.js';
import { AccountsRepository } from './accounts.repository.js';
import { Authentication } from './authentication.js';
import { ChangePasswordHandler } from './change-password.js';
import { CreateAccountHandler } from './create-account.js';
import { DeleteAccountHandler } from './delete-account.js';
import { EndSessionHandler } from './end-session.js';
import { EndSessionsHandler } from './end-sessions.js';
import { ExpiredSessions } from './expired-sessions.js';
import { GetSessionHandler } from './get-session.js';
import { Issuer } from './issuer.js';
import { ListSessionsHandler } from './list-sessions.js';
import { MeController } from './me.controller.js';
import { NewAccounts } from './new-accounts.js';
import { OwnCompany } from './own-company.js';
import { Passwords } from './passwords.js';
import { ProvisionUserHandler } from './provision-user.js';
import { SessionsController } from './sessions.controller.js';
import { Sessions } from './sessions.js';
import { SignInHistoryRepository } from './sign-in-history.repository.js';
import { SignInLimiter } from './sign-in-limiter.js';
import { SignIn } from './sign-in.js';
import { StartSessionHandler } from './start-session.js';
import { UserGrants } from './user-grants.js';
import { accountsFeature } from './accounts.feature.js';

/** Authentication: accounts, sessions, tokens of external issuers, and the guard that checks them. */
@Module({
  imports: [EventsModule, UsersModule, CarillonModule.forFeature(accountsFeature)],
  controllers: [MeController, SessionsController],
  providers: [
    AccountCredentials,
    AccountPermissions,
    AccountsData,
    AccountsRepository,
    Authentication,
    ExpiredSessions,
    Issuer,
    NewAccounts,
    OwnCompany,
    Passwords,
    Sessions,
    SignIn,
    SignInHistoryRepository,
    SignInLimiter,
    UserGrants,
    CreateAccountHandler,
    ChangePasswordHandler,
    StartSessionHandler,
    DeleteAccountHandler,
    EndSessionHandler,
    EndSessionsHandler,
    GetSessionHandler,
    ListSessionsHandler,
    ProvisionUserHandler,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [Authentication, Passwords, SignIn, SignInLimiter],
})
export class AccountsModule {}
