import { type DomainEvent } from '@carillon/nestjs';
import { type DescribedEvent, describeEvent } from '@carillon/nestjs/internal';
import { roomTopic } from '../room/rooms.events.js';
import { PinChange } from './pin.js';

export class MessagePinned implements DomainEvent<PinChange> {
  static readonly type = 'message.pinned';
  readonly type = MessagePinned.type;
  readonly topic: string;

  constructor(readonly data: PinChange) {
    this.topic = roomTopic(data.roomId);
  }
}

/** Deleting a message removes its pin without this event. */
export class MessageUnpinned implements DomainEvent<PinChange> {
  static readonly type = 'message.unpinned';
  readonly type = MessageUnpinned.type;
  readonly topic: string;

  constructor(readonly data: PinChange) {
    this.topic = roomTopic(data.roomId);
  }
}

export const PIN_EVENTS: readonly DescribedEvent[] = [
  describeEvent(MessagePinned, PinChange, 'A message was pinned.'),
  describeEvent(
    MessageUnpinned,
    PinChange,
    'A message is no longer pinned. `message.deleted` states it for deleted messages.',
  ),
];
