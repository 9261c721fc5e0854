import { type DomainEvent } from '@carillon/nestjs';
import { type DescribedEvent, describeEvent } from '@carillon/nestjs/internal';
import { accountTopic } from '../../accounts/accounts.events.js';
import { UnreadThread } from './unread-thread.js';

/**
 * What is unread of a thread changed for a follower, in a way that the events of the room do not state. While replies are
 * unread, further ones are recorded only as `message.posted`: an event for each follower would multiply the log.
 */
export class ThreadChanged implements DomainEvent<UnreadThread> {
  static readonly type = 'thread.changed';
  readonly type = ThreadChanged.type;
  readonly topic: string;

  constructor(
    userId: string,
    readonly data: UnreadThread,
  ) {
    this.topic = accountTopic(userId);
  }
}

export const THREAD_EVENTS: readonly DescribedEvent[] = [
  describeEvent(
    ThreadChanged,
    UnreadThread,
    'The first reply that the subscriber has not read was posted in a thread that they follow, they began to follow a thread with unread replies, or they read it on any device. While replies are unread, add each `message.posted` with this `threadOf` by another user and remove each `message.deleted`; `read.moved` and own messages move the marker.',
  ),
];
