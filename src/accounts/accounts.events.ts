import { type DomainEvent } from '@carillon/nestjs';
import { describeEvent } from '@carillon/nestjs/internal';
import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { id } from '../http/described-properties.js';
import { userSubject } from '../users/users.events.js';
import { Session } from './session.js';

export const ACCOUNTS = 'accounts';

/** The topic that only this user receives. */
export const accountTopic = (userId: string): string => `${ACCOUNTS}/${userId}`;

/** The id of the user whose account has this topic. */
export const ownerOf = (topic: string): string => topic.slice(accountTopic('').length);

export class SessionStarted implements DomainEvent<Session> {
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

/** A session was signed out, was revoked or expired. Its streams end. */
export class SessionEnded implements DomainEvent<EndedSession> {
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
