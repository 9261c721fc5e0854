/** The reactions to a message. The page folds events into messages with the same functions. */

export interface Reaction {
  readonly emoji: string;
  /** The users who reacted with it, the first one first. */
  readonly userIds: readonly string[];
}

/** The reactions after one more. They do not change if the user already reacted with this emoji. */
export function withReaction<T extends Reaction>(
  reactions: readonly T[],
  emoji: string,
  userId: string,
): readonly (T | Reaction)[] {
  const known = reactions.find((one) => one.emoji === emoji);
  if (!known) return [...reactions, { emoji, userIds: [userId] }];
  if (known.userIds.includes(userId)) return reactions;
  const added = { ...known, userIds: [...known.userIds, userId] };
  return reactions.map((one) => (one === known ? added : one));
}

/** The reactions without one. They do not change if the user has not reacted with this emoji. */
export function withoutReaction<T extends Reaction>(
  reactions: readonly T[],
  emoji: string,
  userId: string,
): readonly T[] {
  if (!hasReaction(reactions, emoji, userId)) return reactions;
  return reactions
    .map((one) =>
      one.emoji === emoji ? { ...one, userIds: one.userIds.filter((id) => id !== userId) } : one,
    )
    .filter(({ userIds }) => userIds.length > 0);
}

export const hasReaction = (
  reactions: readonly Reaction[],
  emoji: string,
  userId: string,
): boolean => reactions.some((one) => one.emoji === emoji && one.userIds.includes(userId));

export const countReactions = (reactions: readonly Reaction[]): number =>
  reactions.reduce((sum, { userIds }) => sum + userIds.length, 0);
