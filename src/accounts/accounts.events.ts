import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { Fact } from '../database/fact.js';
import { describeEvent } from '../events/described-event.js';
import { id } from '../http/described-properties.js';
import { userSubject } from '../users/users.events.js';
import { Session } from './session.js';

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

@ApiSchema({ description: 'A session that ended.' })
export class EndedSession {
  @ApiProperty(id('The id of the session.'))
  readonly id!: string;
}

/** It was signed out, revoked, or is over; its streams end. */
export class SessionEnded implements Fact<EndedSession> {
  static readonly type = 'session.ended';
  readonly type = SessionEnded.type;
  readonly topic: string;

  constructor(
    userId: string,
    readonly data: EndedSession,
  ) {
    this.topic = accountTopic(userId);
  }
}

export const ACCOUNT_EVENTS = [
  describeEvent(SessionStarted, Session, 'The subscriber signed in.'),
  describeEvent(
    SessionEnded,
    EndedSession,
    'A session of the subscriber ended: signed out, revoked or expired. Its streams end.',
  ),
];
