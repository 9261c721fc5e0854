import type { Fact } from '../database/fact.js';
import type { User } from './user.js';

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

export class UserRemoved implements Fact<Pick<User, 'id'>> {
  static readonly type = 'user.removed';
  readonly type = UserRemoved.type;
  readonly topic = USERS;
  readonly redacts: string;

  constructor(readonly data: Pick<User, 'id'>) {
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
