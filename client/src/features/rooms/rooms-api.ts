import { required } from '../../http/headers.js';
import { nextLink } from '../../http/link.js';
import { type Read, read, readAll, readUntil } from '../../http/read.js';
import { request } from '../../http/request.js';
import { byActivity } from './memberships-fold.js';
import type { Invitation, Kind, ListedMember, Member, Membership, Room } from './room.js';

/** One page, as of one moment: an event that changes a count must not be folded into it twice. */
export async function readMyRooms(signal: AbortSignal): Promise<Read<readonly Membership[]>> {
  const { body, cursor } = await read<Membership[]>('/api/me/rooms?limit=1000', signal);
  return { body: byActivity(body), cursor };
}

export const readMyInvitations = (signal: AbortSignal) =>
  readAll<Invitation>('/api/me/invitations?limit=1000', signal);

/** Members with their names, in the order of their ids. */
export interface MembersPage {
  readonly listed: readonly ListedMember[];
  readonly next: string | null;
  /** How many members the room has. */
  readonly count: number;
  readonly cursor: string;
}

export const urlOfMembers = (roomId: string, limit: number) =>
  `${urlOf(roomId)}/members?limit=${limit}`;

export async function readMembers(url: string): Promise<MembersPage> {
  const { body, headers } = await request<ListedMember[]>(url);
  return {
    listed: body,
    next: nextLink(headers),
    count: Number(required(headers, 'Member-Count')),
    cursor: required(headers, 'Last-Event-ID'),
  };
}

/** The server's search among the members of a room. */
export const findMembers = (
  roomId: string,
  text: string,
  wanted: Parameters<typeof readUntil<ListedMember>>[1],
) =>
  readUntil<ListedMember>(
    `${urlOf(roomId)}/members?q=${encodeURIComponent(text)}&limit=50`,
    wanted,
  );

export const readInvitations = (roomId: string) =>
  readAll<Invitation>(`${urlOf(roomId)}/invitations?limit=1000`);

export async function createRoom(kind: Kind, name: string, idempotencyKey: string): Promise<Room> {
  const headers = { 'Idempotency-Key': idempotencyKey };
  return (await request<Room>('/api/rooms', { method: 'POST', headers, body: { kind, name } }))
    .body;
}

export async function openDirect(userId: string): Promise<Room> {
  const body = { kind: 'direct', userId };
  return (await request<Room>('/api/rooms', { method: 'POST', body })).body;
}

export async function fetchPublicRooms(
  url = '/api/rooms?order=desc&limit=50',
): Promise<{ rooms: readonly Room[]; next: string | null }> {
  const { body, headers } = await request<Room[]>(url);
  return { rooms: body, next: nextLink(headers) };
}

export async function fetchRoom(roomId: string): Promise<Room> {
  return (await request<Room>(urlOf(roomId))).body;
}

export async function updateRoom(
  roomId: string,
  changes: {
    readonly name?: string;
    readonly topic?: string | null;
    readonly archived?: boolean;
  },
): Promise<void> {
  await request(urlOf(roomId), { method: 'PATCH', body: changes });
}

/** Also accepts an invitation. */
export async function joinRoom(roomId: string): Promise<Membership> {
  return (await request<Membership>(`${urlOf(roomId)}/members`, { method: 'POST', body: {} })).body;
}

/** Leaves it, which hides a direct conversation, or removes someone else. */
export async function removeMember(roomId: string, userId: string): Promise<void> {
  await request(`${urlOf(roomId)}/members/${userId}`, { method: 'DELETE' });
}

export async function setFavourite(roomId: string, favourite: boolean): Promise<void> {
  await request(`${urlOf(roomId)}/favourite`, { method: favourite ? 'PUT' : 'DELETE' });
}

export async function changeRole(
  roomId: string,
  userId: string,
  role: Member['role'],
): Promise<void> {
  await request(`${urlOf(roomId)}/members/${userId}`, { method: 'PATCH', body: { role } });
}

export async function invite(roomId: string, userId: string): Promise<void> {
  await request(`${urlOf(roomId)}/invitations`, { method: 'POST', body: { userId } });
}

/** Declines an invitation, or withdraws it. */
export async function uninvite(roomId: string, userId: string): Promise<void> {
  await request(`${urlOf(roomId)}/invitations/${userId}`, { method: 'DELETE' });
}

function urlOf(roomId: string): string {
  return `/api/rooms/${encodeURIComponent(roomId)}`;
}
