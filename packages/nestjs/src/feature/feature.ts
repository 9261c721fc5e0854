import type { Type } from '@nestjs/common';
import type { Kysely } from 'kysely';
import type { PermissionRule } from '../log/topic-permissions.js';
import type { Audience, Topic } from '../log/topics.js';
import type { Tables } from './tables.js';

/** Computes the audience of a topic from a provider, such as the application's configuration. */
export interface AudienceFactory {
  readonly inject: Type;
  readonly useFactory: (provider: any) => Audience;
}

export interface TopicDeclaration extends Omit<Topic, 'audience'> {
  readonly audience: Audience | AudienceFactory;
}

/** Changes the schema. It runs once per database, in one transaction with all other missing migrations. */
export type Migration = (db: Kysely<any>) => Promise<void>;

/**
 * Everything that a feature declares, in one place. It is data and classes only, so command-line tools read it without
 * starting the application.
 *
 * A feature that others build on adds its own members by declaration merging, as with `Schema`.
 */
export interface Feature {
  /** The owner of the topics, tables and migrations below. */
  readonly name: string;
  /** Each name includes the topics below it: `rooms` includes `rooms/<id>`. */
  readonly topics?: Readonly<Record<string, TopicDeclaration>>;
  /** A provider of the module that decides who may receive the topics of the feature. */
  readonly permissions?: Type<PermissionRule>;
  readonly tables?: Tables;
  /**
   * Migrations in the order in which they run. A migration can use the tables of this feature and of those imported
   * before it.
   */
  readonly migrations?: Readonly<Record<string, Migration>>;
}
