import type { Fact } from '../database/fact.js';
import { userSubject } from '../users/users.events.js';
import type { Session } from './session.js';

export const ACCOUNTS = 'accounts';

/** What only this person hears. */
export const accountTopic = (userId: string): string => `${ACCOUNTS}/${userId}`;

/** Whom a topic of that kind is of. */
export const ownerOf = (topic: string): string => topic.slice(accountTopic('').length);

export class SessionStarted implements Fact<Session> {
  static readonly type = 'session.started';
  readonly type = SessionStarted.type;
  readonly topic: string;
  readonly subject: string;

  constructor(
    userId: string,
    readonly data: Session,
  ) {
    this.topic = accountTopic(userId);
    this.subject = userSubject(userId);
  }
}

/** It was signed out, revoked, or is over; its streams end. */
export class SessionEnded implements Fact<Pick<Session, 'id'>> {
  static readonly type = 'session.ended';
  readonly type = SessionEnded.type;
  readonly topic: string;

  constructor(
    userId: string,
    readonly data: Pick<Session, 'id'>,
  ) {
    this.topic = accountTopic(userId);
  }
}
