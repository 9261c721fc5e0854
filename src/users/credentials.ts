import { type Schema } from '@carillon/nestjs';
import { Features } from '@carillon/nestjs/internal';
import { Injectable, type Type } from '@nestjs/common';
import type { Kysely } from 'kysely';

/** A way in which users sign in. */
export interface CredentialsOfFeature {
  /** Whether a user has some. Runs on the connection it is given. */
  belongTo(db: Kysely<Schema>, userId: string): Promise<boolean>;
}

declare module '@carillon/nestjs' {
  interface Feature {
    /** A provider of the feature's module. A feature that lets users sign in needs one. */
    readonly credentials?: Type<CredentialsOfFeature>;
  }
}

/** Finds out who can sign in. The features that store credentials know it. */
@Injectable()
export class Credentials {
  constructor(private readonly features: Features) {}

  async canSignIn(db: Kysely<Schema>, userId: string): Promise<boolean> {
    for (const each of this.features.providers(({ credentials }) => credentials))
      if (await each.belongTo(db, userId)) return true;
    return false;
  }
}
