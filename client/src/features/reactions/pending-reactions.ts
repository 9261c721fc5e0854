import {
  type Reaction,
  withoutReaction,
  withReaction,
} from '../../../../src/rooms/room/reactions.js';
import type { Slice } from '../../store/state.js';

/** A reaction of the user on its way to the server, or its removal. */
export interface PendingReaction {
  /** Of this change: the user may change the same reaction again before the server responds. */
  readonly id: string;
  readonly roomId: string;
  readonly messageId: string;
  readonly emoji: string;
  readonly isOn: boolean;
  /** `sent`: the server has accepted it, and the event has not arrived yet. */
  readonly state: 'waiting' | 'sent';
}

export interface PendingOfMessage {
  readonly reactions: readonly PendingReaction[];
  /** Why the server refused the last one. */
  readonly failure: string | null;
}

/** By the id of the message. */
export type PendingReactions = ReadonlyMap<string, PendingOfMessage>;

export const pendingReactions: Slice<PendingReactions> = {
  name: 'pending reactions',
  initial: new Map(),
};

export const isSame = (
  one: Pick<PendingReaction, 'messageId' | 'emoji'>,
  other: Pick<PendingReaction, 'messageId' | 'emoji'>,
): boolean => one.messageId === other.messageId && one.emoji === other.emoji;

/** The reactions of a message as the user sees them: with those that are on their way. */
export function shownReactions(
  reactions: readonly Reaction[],
  pending: PendingOfMessage | undefined,
  me: string,
): readonly Reaction[] {
  if (!pending) return reactions;
  return pending.reactions.reduce<readonly Reaction[]>(
    (all, { emoji, isOn }) => (isOn ? withReaction : withoutReaction)(all, emoji, me),
    reactions,
  );
}
