import { withoutReaction, withReaction } from '../../../../src/rooms/room/reactions.js';
import type { StreamEvent } from '../../store/events.js';
import type { Message } from './message.js';

export type ReactionEvent = StreamEvent & { name: 'reaction.added' | 'reaction.removed' };

export const isReactionEvent = (event: StreamEvent): event is ReactionEvent =>
  event.name === 'reaction.added' || event.name === 'reaction.removed';

/** The message after a reaction to it was added or removed. */
export function withReactionEvent(message: Message, { name, data }: ReactionEvent): Message {
  const fold = name === 'reaction.added' ? withReaction : withoutReaction;
  return { ...message, reactions: [...fold(message.reactions, data.emoji, data.userId)] };
}
