import type { Schema } from '@carillon/nestjs';
import { Features } from '@carillon/nestjs/internal';
import { Injectable, type Type } from '@nestjs/common';
import type { Kysely } from 'kysely';
import { Config } from '../config.js';

/** Where a feature shows users to each other. */
export interface CompanyOfFeature {
  /** The topics whose subscribers see the name of a user. Runs on the connection it is given. */
  topicsOf(db: Kysely<Schema>, userId: string): Promise<readonly string[]>;
}

declare module '@carillon/nestjs' {
  interface Feature {
    /** A provider of the feature's module, for a feature that shows the names of users. */
    readonly company?: Type<CompanyOfFeature>;
  }
}

/** Finds the topics on which the change of a user is recorded if the topic of the directory is granted to nobody. */
@Injectable()
export class UserAudience {
  constructor(
    private readonly features: Features,
    private readonly config: Config,
  ) {}

  async topicsOf(db: Kysely<Schema>, userId: string): Promise<readonly string[]> {
    if (this.config.DIRECTORY !== 'off') return [];
    const company = this.features.providers((feature) => feature.company);
    return (await Promise.all(company.map((each) => each.topicsOf(db, userId)))).flat();
  }
}
