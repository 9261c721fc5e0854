import type { Message } from '../room/message.js';
import type { Room } from '../room/room.js';

/** A message, and what a notification of it shows of its room. */
export interface NotifiedMessage {
  readonly message: Message;
  readonly room: Pick<Room, 'kind' | 'name'>;
}
