import { type DomainEvent } from '@carillon/nestjs';
import { describeEvent } from '@carillon/nestjs/internal';
import { Notification, ReadState } from './notification.js';

/** The topic of notifications for everyone. */
export const NOTIFICATIONS = 'notifications';

/** The topic that only this user receives. */
export const notificationsTopic = (userId: string): string => `${NOTIFICATIONS}/${userId}`;

/** The subject of the events that contain texts for a user. */
export const notificationsSubject = (userId: string): string => `notifications of ${userId}`;

/** A notification was sent to a user, or to everyone: then it is one event, whatever the number of users. */
export class NotificationCreated implements DomainEvent<Notification> {
  static readonly type = 'notification.created';
  readonly type = NotificationCreated.type;
  readonly topic: string;
  readonly subject: string | undefined;

  /** @param userId the recipient; `null` for everyone. */
  constructor(
    userId: string | null,
    readonly data: Notification,
  ) {
    this.topic = userId === null ? NOTIFICATIONS : notificationsTopic(userId);
    this.subject = userId === null ? undefined : notificationsSubject(userId);
  }
}

/** A user has read notifications, on any of their devices. */
export class NotificationRead implements DomainEvent<ReadState> {
  static readonly type = 'notification.read';
  readonly type = NotificationRead.type;
  readonly topic: string;

  /** @param redacts the subject of the notifications of an erased user. */
  constructor(
    userId: string,
    readonly data: ReadState,
    readonly redacts?: string,
  ) {
    this.topic = notificationsTopic(userId);
  }
}

/** The data of the event of an erased user's notification: the same shape, without content. */
export const withoutContent = (notification: Notification): Notification => ({
  ...notification,
  title: '',
  body: null,
  url: null,
  data: null,
});

export const NOTIFICATION_EVENTS = [
  describeEvent(
    NotificationCreated,
    Notification,
    'The subscriber, or everyone, was sent a notification.',
  ),
  describeEvent(
    NotificationRead,
    ReadState,
    'The subscriber read notifications, on this or another device.',
  ),
];
