import type { Message } from './message.js';

export type Kind = 'public' | 'private' | 'direct';
export type Role = 'owner' | 'member';

/** Where people talk. */
export interface Room {
  readonly id: string;
  readonly kind: Kind;
  /** Null for a direct conversation. */
  readonly name: string | null;
  readonly archivedAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface Member {
  readonly userId: string;
  readonly role: Role;
  readonly joinedAt: string;
}

/** How far I have read in a room, and what is left. */
export interface ReadMarker {
  readonly roomId: string;
  readonly readSeq: number;
  readonly unread: number;
  readonly mentions: number;
}

/** A room, as one of its members has it. */
export interface Membership {
  readonly room: Room;
  readonly role: Role;
  readonly joinedAt: string;
  readonly lastSeq: number;
  readonly readSeq: number;
  readonly unread: number;
  readonly mentions: number;
  readonly lastMessage: Message | null;
  /** The two of a direct conversation. */
  readonly members?: readonly Member[];
}

/** A user from whom I accept no direct messages and no invitations. */
export interface Block {
  readonly userId: string;
  readonly createdAt: string;
}

export interface Invitation {
  readonly room: Room;
  /** Who is invited. */
  readonly userId: string;
  readonly invitedBy: string;
  readonly createdAt: string;
}
