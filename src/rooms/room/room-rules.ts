import { invalidProperty, Problem } from '../../http/problems.js';
import type { Message } from './message.js';
import { MAX_UNCONFIRMED } from './notification-level.js';
import type { Invitation, Member, Role, Room } from './room.js';

/**
 * The rules of rooms: which user may do what. Pure functions of the state that they get. They check neither limits nor
 * quotas, which depend on counts.
 *
 * Each returns a problem, or `undefined` if the action is allowed.
 */
export type Decision = Problem | undefined;

/** @throws Problem of the decision, if it refuses. */
export function enforce(decision: Decision): void {
  if (decision) throw decision;
}

/** The caller's relation to a room; without a room if it does not exist. */
export interface Relation {
  readonly room: Room | undefined;
  readonly member: Member | undefined;
  readonly isInvited: boolean;
}

/** A room, and the caller's membership in it. */
export interface RoomOfMember {
  readonly room: Room;
  readonly member: Member;
}

/** The details of problems, which the description of the API gives as examples. */
export const REFUSALS = {
  notMember: 'You are not a member of this room. Join it first.',
  notOwner: 'Only an owner of this room can do this.',
  archived: 'This room is archived. An owner must reopen it first.',
  direct: 'This is a direct conversation. Its name, topic, members and roles cannot be changed.',
  inviteByMember: 'Only an owner can invite users to a private room.',
  removeByMember: 'Only an owner can remove other members.',
  lastOwner: 'A room needs an owner. Make another member an owner first.',
  mentionAll: `Only an owner can mention everyone in a room with more than ${MAX_UNCONFIRMED} members.`,
  editByOther: 'Only the author can edit a message.',
  editDeleted: 'The message is deleted and cannot be edited.',
  reactToDeleted: 'The message is deleted. Nobody can react to it.',
  pinDeleted: 'The message is deleted and cannot be pinned.',
  saveDeleted: 'The message is deleted and cannot be saved.',
  deleteByOther: 'Only the author or an owner of the room can delete a message.',
  blockedByCaller: 'You have blocked this user. Unblock them first.',
  blockedByOther: 'This user does not accept direct messages or invitations.',
  blockSelf: 'You cannot block yourself.',
  // The same text for both cases, so that it does not reveal which private rooms exist.
  noRoom: (id: string) => `There is no room with the id ${id}, or you have no access to it.`,
  noMessage: (id: string) => `There is no message with the id ${id} in this room.`,
  noThread: (seq: number) => `No thread of this room begins with a message ${seq}.`,
  noFile: (id: string) => `There is no file with the id ${id} in this room.`,
  noMember: (id: string) => `${id} is not a member of this room.`,
  alreadyMember: (id: string) => `${id} is already a member of this room.`,
  notInvited: (id: string) => `${id} is not invited to this room.`,
} as const;

const isOwner = ({ role }: Member): boolean => role === 'owner';

const forbidden = (detail: string): Problem => new Problem('forbidden', detail);
const conflict = (detail: string): Problem => new Problem('conflict', detail);
const notFound = (detail: string): Problem => new Problem('not-found', detail);

/** Everyone sees public rooms; members and invited users see the others. */
export const canSee = (roomId: string, { room, member, isInvited }: Relation): Decision =>
  room && (room.kind === 'public' || member || isInvited)
    ? undefined
    : notFound(REFUSALS.noRoom(roomId.toWellFormed()));

/** Members read a room and act in it. Other users learn that it exists only if they can see it. */
export const canEnter = (roomId: string, relation: Relation): Decision =>
  canSee(roomId, relation) ?? (relation.member ? undefined : forbidden(REFUSALS.notMember));

/** Users join each room that they can see, unless it is archived. */
export const canJoin = ({ archivedAt }: Room): Decision =>
  archivedAt ? conflict(REFUSALS.archived) : undefined;

/** Members post in a room until it is archived. */
export const canPost = ({ archivedAt }: Room): Decision =>
  archivedAt ? conflict(REFUSALS.archived) : undefined;

/** Members mention everyone in a small room. In a larger one, only owners do: it notifies many people. */
export const canMentionAll = ({ member }: RoomOfMember, isLarge: boolean): Decision =>
  isLarge && !isOwner(member) ? forbidden(REFUSALS.mentionAll) : undefined;

type WrittenMessage = Pick<Message, 'authorId' | 'deletedAt'>;

export function canEdit(callerId: string, room: Room, message: WrittenMessage): Decision {
  if (message.authorId !== callerId) return forbidden(REFUSALS.editByOther);
  if (message.deletedAt) return conflict(REFUSALS.editDeleted);
  return canPost(room);
}

/** Only a message with files can do without a text. */
export const canHaveText = (text: string, { files }: Pick<Message, 'files'>): Decision =>
  text === '' && files.length === 0
    ? invalidProperty('text', 'must contain a visible character, because the message has no files')
    : undefined;

/** Members react to messages in a room until it is archived. */
export const canReact = (room: Room, { deletedAt }: WrittenMessage): Decision =>
  deletedAt ? conflict(REFUSALS.reactToDeleted) : canPost(room);

/** Owners pin messages until the room is archived, and so do both users of a direct conversation. */
export const canPin = (own: RoomOfMember, { deletedAt }: WrittenMessage): Decision =>
  canUnpin(own) ?? (deletedAt ? conflict(REFUSALS.pinDeleted) : canPost(own.room));

/** Also in an archived room. */
export const canUnpin = ({ room, member }: RoomOfMember): Decision =>
  room.kind === 'direct' || isOwner(member) ? undefined : forbidden(REFUSALS.notOwner);

/** Also in an archived room. */
export const canSave = ({ deletedAt }: WrittenMessage): Decision =>
  deletedAt ? conflict(REFUSALS.saveDeleted) : undefined;

/** Also in an archived room, so that authors can always take back what they wrote. */
export const canDelete = (member: Member, message: WrittenMessage): Decision =>
  message.authorId === member.userId || isOwner(member)
    ? undefined
    : forbidden(REFUSALS.deleteByOther);

/** Whether the caller may invite users: each member to a public room, owners to a private one. */
export function canInvite({ room, member }: RoomOfMember): Decision {
  if (room.kind === 'direct') return conflict(REFUSALS.direct);
  if (room.archivedAt) return conflict(REFUSALS.archived);
  if (room.kind === 'private' && !isOwner(member)) return forbidden(REFUSALS.inviteByMember);
  return undefined;
}

/** Whether a user may be invited. */
export function canBeInvited(
  userId: string,
  { canSignIn, isMember }: { readonly canSignIn: boolean; readonly isMember: boolean },
): Decision {
  if (!canSignIn) return invalidProperty('userId', 'must be the id of a user who can sign in');
  return isMember ? conflict(REFUSALS.alreadyMember(userId)) : undefined;
}

/**
 * Invited users decline their invitation. The user who sent it withdraws it, and so do owners, even if the inviter has
 * left the room.
 */
export function canWithdraw(
  callerId: string,
  userId: string,
  invitation: Pick<Invitation, 'invitedBy'> | undefined,
  member: Member | undefined,
): Decision {
  if (callerId === userId || callerId === invitation?.invitedBy) return undefined;
  if (!member) return forbidden(REFUSALS.notMember);
  return isOwner(member) ? undefined : forbidden(REFUSALS.notOwner);
}

/** A user who leaves a direct conversation hides it. */
export const canHide = ({ room, member }: RoomOfMember, userId: string): boolean =>
  room.kind === 'direct' && member.userId === userId;

/** Members leave a room; owners remove others. */
export function canRemove({ room, member }: RoomOfMember, userId: string): Decision {
  if (room.kind === 'direct') return conflict(REFUSALS.direct);
  if (userId === member.userId || isOwner(member)) return undefined;
  return forbidden(REFUSALS.removeByMember);
}

/** The last owner stays as long as there are other members. */
export function canBeRemoved(userId: string, members: readonly Member[]): Decision {
  const leaving = members.find((member) => member.userId === userId);
  if (!leaving) return notFound(REFUSALS.noMember(userId.toWellFormed()));
  return members.length > 1 && isLastOwner(leaving, members)
    ? conflict(REFUSALS.lastOwner)
    : undefined;
}

/** Owners rename, describe, archive and reopen a room, and change roles. */
export function canAdminister({ room, member }: RoomOfMember): Decision {
  if (room.kind === 'direct') return conflict(REFUSALS.direct);
  return isOwner(member) ? undefined : forbidden(REFUSALS.notOwner);
}

/** An archived room keeps its name and its topic, unless the same change reopens it. */
export function canDescribe(
  { name, topic, archivedAt }: Pick<Room, 'name' | 'topic' | 'archivedAt'>,
  to: Pick<Room, 'name' | 'topic'> & { readonly archived: boolean },
): Decision {
  const isSame = to.name === name && to.topic === topic;
  return !isSame && archivedAt && to.archived ? conflict(REFUSALS.archived) : undefined;
}

/** A room keeps at least one owner. */
export function canHaveRole(userId: string, role: Role, members: readonly Member[]): Decision {
  const member = members.find((one) => one.userId === userId);
  if (!member) return notFound(REFUSALS.noMember(userId.toWellFormed()));
  return role === 'member' && isLastOwner(member, members)
    ? conflict(REFUSALS.lastOwner)
    : undefined;
}

/** A direct conversation is between two users who can sign in. */
export function canOpenDirect(callerId: string, otherId: string, canSignIn: boolean): Decision {
  if (callerId === otherId) return invalidProperty('userId', 'must be the id of another user');
  return canSignIn
    ? undefined
    : invalidProperty('userId', 'must be the id of a user who can sign in');
}

/** Whether the caller may invite a user, open a direct conversation with them, or post, edit and type in it. */
export function canContact(blocks: {
  readonly byCaller: boolean;
  readonly byOther: boolean;
}): Decision {
  if (blocks.byCaller) return conflict(REFUSALS.blockedByCaller);
  if (blocks.byOther) return new Problem('recipient-unavailable', REFUSALS.blockedByOther);
  return undefined;
}

export const canBlock = (callerId: string, userId: string): Decision =>
  callerId === userId ? conflict(REFUSALS.blockSelf) : undefined;

const isLastOwner = (member: Member, members: readonly Member[]): boolean =>
  isOwner(member) && members.filter(isOwner).length === 1;
