import { type DomainEvent } from '@carillon/nestjs';
import { describeEvent } from '@carillon/nestjs/internal';
import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { id } from '../http/described-properties.js';
import { User } from './user.js';

export const USERS = 'users';

/** The subject of the events that contain data about a user. */
export const userSubject = (userId: string): string => `user/${userId}`;

export class UserCreated implements DomainEvent<User> {
  static readonly type = 'user.created';
  readonly type = UserCreated.type;
  readonly topic = USERS;
  readonly subject: string;

  constructor(readonly data: User) {
    this.subject = userSubject(data.id);
  }
}

/** Carries the whole user as it is after the change. */
export class UserUpdated implements DomainEvent<User> {
  static readonly type = 'user.updated';
  readonly type = UserUpdated.type;
  readonly topic = USERS;
  readonly subject: string;

  constructor(
    readonly data: User,
    readonly alsoOn: readonly string[] = [],
  ) {
    this.subject = userSubject(data.id);
  }
}

/** Identifies a user who was removed from the directory. */
@ApiSchema({ description: 'A user who is no longer in the directory.' })
export class RemovedUser {
  @ApiProperty(id('The id of the user.'))
  readonly id!: string;
}

export class UserRemoved implements DomainEvent<RemovedUser> {
  static readonly type = 'user.removed';
  readonly type = UserRemoved.type;
  readonly topic = USERS;
  readonly redacts: string;

  constructor(readonly data: RemovedUser) {
    this.redacts = userSubject(data.id);
  }
}

/** A user who could sign in deleted their account. Carries the pseudonym that replaces their name. */
export class UserErased implements DomainEvent<User> {
  static readonly type = 'user.erased';
  readonly type = UserErased.type;
  readonly topic = USERS;
  readonly redacts: string;

  constructor(
    readonly data: User,
    readonly alsoOn: readonly string[] = [],
  ) {
    this.redacts = userSubject(data.id);
  }
}

export const USER_EVENTS = [
  describeEvent(UserCreated, User, 'A user was created.'),
  describeEvent(UserUpdated, User, 'A user was changed. Carries the user after the change.'),
  describeEvent(UserRemoved, RemovedUser, 'A user was removed.'),
  describeEvent(
    UserErased,
    User,
    'A user deleted their account. Carries the pseudonym under which others still see their messages.',
  ),
];
