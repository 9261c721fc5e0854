/** What notifies a member of a room. The page decides with the same functions. */

export const LEVELS = ['all', 'mentions', 'nothing'] as const;
export type Level = (typeof LEVELS)[number];

export interface LevelOfMember {
  readonly level: Level;
  /** Until when nothing notifies the member, whatever the level. The mute ends at this time without an event. */
  readonly mutedUntil: string | null;
}

/** The level of members who have not chosen one. */
export const defaultLevel = (kind: 'public' | 'private' | 'direct'): Level =>
  kind === 'direct' ? 'all' : 'mentions';

/** The end of a mute that the user ends: the last time that the API accepts. */
export const NEVER = '9999-12-31T23:59:59.999Z';

export const isMuted = ({ mutedUntil }: Pick<LevelOfMember, 'mutedUntil'>, now: Date): boolean =>
  mutedUntil !== null && Date.parse(mutedUntil) > now.getTime();

/** Largest room in which every member may mention all others with `@all`, and without a confirmation. */
export const MAX_UNCONFIRMED = 20;

/** Whether a message mentions a user. */
export const isMentioned = (
  message: { readonly mentions: readonly string[]; readonly mentionsAll: boolean },
  userId: string,
): boolean => message.mentionsAll || message.mentions.includes(userId);

/**
 * Whether a message of another user notifies the member. It concerns them if it mentions them, or is a reply in a thread that they
 * follow.
 */
export const notifies = (member: LevelOfMember, concerns: boolean, now: Date): boolean =>
  !isMuted(member, now) && (member.level === 'all' || (member.level === 'mentions' && concerns));
