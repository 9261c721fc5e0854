import type { Schema } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { CredentialsOfFeature } from '../users/credentials.js';
import { AccountsRepository } from './accounts.repository.js';

/** Passwords, and identities of other issuers. */
@Injectable()
export class AccountCredentials implements CredentialsOfFeature {
  constructor(private readonly accounts: AccountsRepository) {}

  belongTo(db: Kysely<Schema>, userId: string): Promise<boolean> {
    return this.accounts.hasCredentials(db, userId);
  }
}
