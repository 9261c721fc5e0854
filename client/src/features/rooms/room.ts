import type { Schema } from '../../api/api.js';

export type Room = Schema<'Room'>;
export type Kind = Room['kind'];
export type Member = Schema<'Member'>;
export type ListedMember = Schema<'ListedMember'>;
export type Role = Member['role'];
export type Membership = Schema<'Membership'>;
export type Invitation = Schema<'Invitation'>;
export type ReadMarker = Schema<'ReadMarker'>;
