import { type Transaction } from '@carillon/nestjs';
import { Features } from '@carillon/nestjs/internal';
import { Injectable, type Type } from '@nestjs/common';

export interface NewAccount {
  readonly userId: string;
  /** The user at an external issuer; `null` for a user with a password. */
  readonly identity: { readonly issuer: string; readonly subject: string } | null;
}

/** What a feature stores for each user who can sign in. */
export interface NewAccountsOfFeature {
  /** Runs in the transaction that creates the account. It must be fast. */
  created(tx: Transaction, account: NewAccount): Promise<void>;
}

declare module '@carillon/nestjs' {
  interface Feature {
    /** A provider of the feature's module, for a feature that acts when an account is created. */
    readonly newAccounts?: Type<NewAccountsOfFeature>;
  }
}

/** Passes new accounts to the features. */
@Injectable()
export class NewAccounts {
  constructor(private readonly features: Features) {}

  async created(tx: Transaction, account: NewAccount): Promise<void> {
    for (const feature of this.features.providers(({ newAccounts }) => newAccounts))
      await feature.created(tx, account);
  }
}
