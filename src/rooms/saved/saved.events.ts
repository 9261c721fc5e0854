import { type DomainEvent } from '@carillon/nestjs';
import { type DescribedEvent, describeEvent } from '@carillon/nestjs/internal';
import { accountTopic } from '../../accounts/accounts.events.js';
import { SavedChange } from './saved-message.js';

/** The user saved a message, or ended that, for their other devices. Deleting a message ends it without this event. */
export class SavedChanged implements DomainEvent<SavedChange> {
  static readonly type = 'saved.changed';
  readonly type = SavedChanged.type;
  readonly topic: string;

  constructor(
    userId: string,
    readonly data: SavedChange,
  ) {
    this.topic = accountTopic(userId);
  }
}

export const SAVED_EVENTS: readonly DescribedEvent[] = [
  describeEvent(
    SavedChanged,
    SavedChange,
    'The subscriber saved a message for later, or removed it from the saved ones. `message.deleted` states it for deleted messages, and `room.left` for all messages of a room. A hidden direct conversation, which `room.left` also reports, keeps its saved messages.',
  ),
];
