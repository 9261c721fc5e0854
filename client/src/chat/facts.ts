import type { User } from '../users/user.js';
import type { Message } from './message.js';
import type { Block, Invitation, Member, Membership, ReadMarker, Room } from './room.js';

/** The facts of the stream that the state is folded from, by name. */
export interface Facts {
  readonly 'user.created': User;
  readonly 'user.updated': User;
  readonly 'user.removed': { readonly id: string };
  /** The pseudonym of somebody who deleted their account. */
  readonly 'user.erased': User;
  readonly 'room.created': Room;
  readonly 'room.updated': Room;
  readonly 'room.joined': Membership;
  /** `by` is not told by facts from before it was recorded. */
  readonly 'room.left': { readonly roomId: string; readonly by?: string };
  readonly 'member.joined': { readonly roomId: string; readonly member: Member };
  readonly 'member.changed': { readonly roomId: string; readonly member: Member };
  readonly 'member.left': { readonly roomId: string; readonly userId: string };
  readonly 'member.invited': Invitation;
  readonly 'member.uninvited': { readonly roomId: string; readonly userId: string };
  readonly 'message.posted': Message;
  readonly 'message.edited': Message & { readonly previousMentions: readonly string[] };
  /** Whom it mentioned is still told, so that counts can be corrected. */
  readonly 'message.deleted': Message;
  readonly 'read.moved': ReadMarker;
  readonly 'block.added': Block;
  readonly 'block.removed': { readonly userId: string };
  readonly 'session.started': { readonly id: string };
  readonly 'session.ended': { readonly id: string };
}

export type FactName = keyof Facts;

/** `position` is its place in the order of all that happens. */
export type Fact = {
  readonly [Name in FactName]: {
    readonly name: Name;
    readonly data: Facts[Name];
    readonly position: number;
  };
}[FactName];

const names: { readonly [Name in FactName]: true } = {
  'user.created': true,
  'user.updated': true,
  'user.removed': true,
  'user.erased': true,
  'room.created': true,
  'room.updated': true,
  'room.joined': true,
  'room.left': true,
  'member.joined': true,
  'member.changed': true,
  'member.left': true,
  'member.invited': true,
  'member.uninvited': true,
  'message.posted': true,
  'message.edited': true,
  'message.deleted': true,
  'read.moved': true,
  'block.added': true,
  'block.removed': true,
  'session.started': true,
  'session.ended': true,
};

export const factNames = Object.keys(names) as readonly FactName[];
