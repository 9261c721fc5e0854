import type { Fact } from '../database/fact.js';
import type { User } from './user.js';

export const USERS = 'users';

export class UserCreated implements Fact<User> {
  static readonly type = 'user.created';
  readonly type = UserCreated.type;
  readonly topic = USERS;

  constructor(readonly data: User) {}
}

/** Carries the whole user as it is after the change. */
export class UserUpdated implements Fact<User> {
  static readonly type = 'user.updated';
  readonly type = UserUpdated.type;
  readonly topic = USERS;

  constructor(readonly data: User) {}
}

export class UserRemoved implements Fact<Pick<User, 'id'>> {
  static readonly type = 'user.removed';
  readonly type = UserRemoved.type;
  readonly topic = USERS;

  constructor(readonly data: Pick<User, 'id'>) {}
}
