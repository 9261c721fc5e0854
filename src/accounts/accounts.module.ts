import { Module, type OnModuleInit } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Rights } from '../events/rights.js';
import { Topics } from '../events/topics.js';
import { PersonalData } from '../users/personal-data.js';
import { UsersModule } from '../users/users.module.js';
import { AccessGuard } from './access.guard.js';
import { AccountsData } from './accounts-data.js';
import { AccountRights } from './account-rights.js';
import { AccountsController } from './accounts.controller.js';
import { ACCOUNT_EVENTS, ACCOUNTS } from './accounts.events.js';
import { AccountsRepository } from './accounts.repository.js';
import { AdoptIdentityHandler } from './adopt-identity.js';
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
import { Passwords } from './passwords.js';
import { Sessions } from './sessions.js';
import { SessionsController } from './sessions.controller.js';
import { SignIn } from './sign-in.js';
import { SignInAttemptsRepository } from './sign-in-attempts.repository.js';
import { SignInLimiter } from './sign-in-limiter.js';
import { StartSessionHandler } from './start-session.js';

/** Who is calling: sign-ups, sessions, tokens of other issuers, and the guard that asks for them. */
@Module({
  imports: [UsersModule],
  controllers: [AccountsController, MeController, SessionsController],
  providers: [
    AccountRights,
    AccountsData,
    AccountsRepository,
    Authentication,
    ExpiredSessions,
    Issuer,
    Passwords,
    Sessions,
    SignIn,
    SignInAttemptsRepository,
    SignInLimiter,
    CreateAccountHandler,
    ChangePasswordHandler,
    StartSessionHandler,
    DeleteAccountHandler,
    EndSessionHandler,
    EndSessionsHandler,
    GetSessionHandler,
    ListSessionsHandler,
    AdoptIdentityHandler,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
})
export class AccountsModule implements OnModuleInit {
  constructor(
    private readonly topics: Topics,
    private readonly rights: Rights,
    private readonly accountRights: AccountRights,
    private readonly personalData: PersonalData,
    private readonly accountsData: AccountsData,
  ) {}

  onModuleInit(): void {
    this.topics.register(ACCOUNTS, {
      audience: 'granted',
      snapshot: '/api/sessions',
      events: ACCOUNT_EVENTS,
    });
    this.rights.register(this.accountRights);
    this.personalData.register(this.accountsData);
  }
}
