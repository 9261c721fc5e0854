import { Module } from '@nestjs/common';
import { AccountsController } from './accounts.controller.js';
import { AccountsModule } from './accounts.module.js';
import { SignInController } from './sign-in.controller.js';

/** Sign-up and sign-in with passwords over HTTP. */
@Module({ imports: [AccountsModule], controllers: [AccountsController, SignInController] })
export class PasswordsModule {}
