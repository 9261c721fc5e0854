import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { Fact } from '../database/fact.js';
import { describeEvent } from '../events/described-event.js';
import { id } from '../http/described-properties.js';
import { User } from './user.js';

export const USERS = 'users';

/** By what the events are found that hold something about a person. */
export const userSubject = (userId: string): string => `user/${userId}`;

export class UserCreated implements Fact<User> {
  static readonly type = 'user.created';
  readonly type = UserCreated.type;
  readonly topic = USERS;
  readonly subject: string;

  constructor(readonly data: User) {
    this.subject = userSubject(data.id);
  }
}

/** Carries the whole user as it is after the change. */
export class UserUpdated implements Fact<User> {
  static readonly type = 'user.updated';
  readonly type = UserUpdated.type;
  readonly topic = USERS;
  readonly subject: string;

  constructor(readonly data: User) {
    this.subject = userSubject(data.id);
  }
}

/** Identifies a user who is in the directory no longer. */
@ApiSchema({ description: 'A user who is no longer in the directory.' })
export class RemovedUser {
  @ApiProperty(id('The id of the user.'))
  readonly id!: string;
}

export class UserRemoved implements Fact<RemovedUser> {
  static readonly type = 'user.removed';
  readonly type = UserRemoved.type;
  readonly topic = USERS;
  readonly redacts: string;

  constructor(readonly data: RemovedUser) {
    this.redacts = userSubject(data.id);
  }
}

/** A user who could sign in has deleted their account. Carries the pseudonym that what others still see is shown under. */
export class UserErased implements Fact<User> {
  static readonly type = 'user.erased';
  readonly type = UserErased.type;
  readonly topic = USERS;
  readonly redacts: string;

  constructor(readonly data: User) {
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
