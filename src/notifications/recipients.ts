import { type Schema } from '@carillon/nestjs';
import { TopicPermissions, Topics } from '@carillon/nestjs/internal';
import { Injectable } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { Kysely } from 'kysely';
import { usersIdentifiedBy } from '../accounts/users-identified-by.js';
import { Config } from '../config.js';
import { canonicalId } from '../http/ids.js';
import { invalidProperty } from '../http/problems.js';
import { CanSignIn } from '../users/can-sign-in.js';
import { cleanUsername } from '../users/username.js';
import { usersNamed } from '../users/users-named.js';
import type { Addressee } from './addressee.js';

/** The recipient of notifications for everyone. */
export const EVERYONE = 'everyone';

/** The recipient for a user of an issuer who has not signed in yet. Never equals the id of a user. */
export const notSignedInYet = (issuer: string, subject: string): string =>
  JSON.stringify([issuer, subject]);

const isNotSignedInYet = (recipient: string): boolean => recipient.startsWith('[');

/** The user that a recipient stands for: `null` for everyone, `undefined` if they have not signed in yet. */
export function userOf(recipient: string): string | null | undefined {
  if (recipient === EVERYONE) return null;
  return isNotSignedInYet(recipient) ? undefined : recipient;
}

const NO_USERS = 'must be a topic that is granted to users, such as rooms/<id>';
const NO_LIST =
  'must be a topic of Carillon, such as rooms/<id>, because no list of the users of other topics exists. ' +
  'Publish an event on the topic with POST /api/events, or send a notification to each sub';

/** Finds the recipients of a notification. */
@Injectable()
export class Recipients {
  constructor(
    private readonly queries: QueryBus,
    private readonly permissions: TopicPermissions,
    private readonly topics: Topics,
    private readonly config: Config,
  ) {}

  /**
   * Runs after the order is locked: a user who signs in for the first time is either found here, or finds what is stored
   * for them.
   *
   * @throws Problem `validation-failed`: there is no recipient.
   */
  async of(db: Kysely<Schema>, to: Addressee): Promise<readonly string[]> {
    if (to.everyone) return [EVERYONE];
    if (to.sub !== undefined) return [await this.#identifiedBy(db, to.sub)];
    if (to.userId !== undefined) return [await this.#known(canonicalId(to.userId))];
    if (to.username !== undefined) return [await this.#named(db, to.username)];
    return this.#grantedTopic(db, to.topic!);
  }

  async #identifiedBy(db: Kysely<Schema>, subject: string): Promise<string> {
    const issuer = this.config.AUTH_ISSUER;
    if (!issuer)
      throw invalidProperty('to', 'cannot be a sub: this service has no issuer of access tokens');
    const user = await usersIdentifiedBy(db, issuer, subject).executeTakeFirst();
    return user?.id ?? notSignedInYet(issuer, subject);
  }

  /** A user who is erased meanwhile: the erasure repeats its steps when this request has ended. */
  async #known(userId: string): Promise<string> {
    if (await this.queries.execute(new CanSignIn(userId))) return userId;
    throw invalidProperty('to', 'must be a user who can sign in');
  }

  async #named(db: Kysely<Schema>, username: string): Promise<string> {
    const user = await usersNamed(db, [cleanUsername(username)]).executeTakeFirst();
    if (user) return user.id;
    throw invalidProperty('to', 'must be a user who can sign in');
  }

  /**
   * The users to whom a topic is granted now, each with a row and an event of their own: so the list and the stream of
   * each user agree, whoever joins or leaves meanwhile. The largest room, with 10,000 members, takes 0.4 s on SQLite and
   * 0.7 s on PostgreSQL. Only the topics of features can be used. Grants of other topics are in access tokens, which the
   * database does not have, so no list of users exists.
   */
  async #grantedTopic(db: Kysely<Schema>, topic: string): Promise<readonly string[]> {
    // The name of a topic is case-sensitive, and an id in it is not.
    const canonical = topic.replace(/\/.*/, canonicalId);
    const userIds = await this.permissions.usersOf(db, canonical);
    if (userIds && userIds.length > 0) return userIds;
    throw invalidProperty('to', this.topics.isRegistered(canonical) ? NO_USERS : NO_LIST);
  }
}
