import { required } from '../http/headers.js';
import { nextLink } from '../http/link.js';
import { request } from '../http/request.js';
import type { User } from '../users/user.js';
import { byActivity } from './memberships-fold.js';
import type { Message } from './message.js';
import type { Block, Invitation, Kind, Member, Membership, Room } from './room.js';

/** What was read, and the cursor at which it was. */
export interface Read<Body> {
  readonly body: Body;
  readonly cursor: string;
}

async function read<Body>(url: string, signal?: AbortSignal): Promise<Read<Body>> {
  const { body, headers } = await request<Body>(url, signal && { signal });
  return { body, cursor: required(headers, 'Last-Event-ID') };
}

/** All pages of a list, and the cursor of the first one: what changes between two pages, the stream brings after it. */
async function readAll<Item>(url: string, signal?: AbortSignal): Promise<Read<Item[]>> {
  const first = await request<Item[]>(url, signal && { signal });
  const items = [...first.body];
  for (let next = nextLink(first.headers); next !== null;) {
    const page = await request<Item[]>(next, signal && { signal });
    items.push(...page.body);
    next = nextLink(page.headers);
  }
  return { body: items, cursor: required(first.headers, 'Last-Event-ID') };
}

/** All of them are on one page, as of one moment: an event that changes a count must not be folded into it twice. */
export async function fetchMyRooms(signal: AbortSignal): Promise<Read<readonly Membership[]>> {
  const { body, cursor } = await read<Membership[]>('/api/me/rooms?limit=1000', signal);
  return { body: byActivity(body), cursor };
}

export const fetchMyInvitations = (signal: AbortSignal) =>
  readAll<Invitation>('/api/me/invitations?limit=1000', signal);

export const fetchMyBlocks = (signal: AbortSignal) =>
  readAll<Block>('/api/me/blocks?limit=1000', signal);

export async function blockUser(userId: string): Promise<void> {
  await request(`/api/me/blocks/${encodeURIComponent(userId)}`, { method: 'PUT' });
}

export async function unblockUser(userId: string): Promise<void> {
  await request(`/api/me/blocks/${encodeURIComponent(userId)}`, { method: 'DELETE' });
}

/** The newest of the directory, as many as it gives at once. */
export const fetchPeople = (signal: AbortSignal) =>
  read<User[]>('/api/users?order=desc&limit=1000', signal);

/** Some whose username begins with it. */
export async function findPeople(begun: string): Promise<readonly User[]> {
  return (await request<User[]>(`/api/users?username=${encodeURIComponent(begun)}&limit=20`)).body;
}

export async function fetchPerson(id: string): Promise<User> {
  return (await request<User>(`/api/users/${encodeURIComponent(id)}`)).body;
}

/** Both lists as of the earlier of their two cursors. */
export async function fetchMembers(
  roomId: string,
): Promise<{ members: Read<Member[]>; invitations: Read<Invitation[]> }> {
  const [members, invitations] = await Promise.all([
    readAll<Member>(`${urlOf(roomId)}/members?limit=1000`),
    readAll<Invitation>(`${urlOf(roomId)}/invitations?limit=1000`),
  ]);
  return { members, invitations };
}

export const fetchMessagesAfter = (roomId: string, seq: number, limit: number) =>
  read<Message[]>(`${urlOf(roomId)}/messages?after=${seq}&limit=${limit}`);

/** The first message from a time on, or the last one where there is none. */
export async function fetchMessageAt(roomId: string, time: Date): Promise<Message | undefined> {
  const at = encodeURIComponent(time.toISOString());
  const { body } = await request<Message[]>(`${urlOf(roomId)}/messages?at=${at}&limit=2`);
  return body.find(({ createdAt }) => Date.parse(createdAt) >= time.getTime()) ?? body.at(-1);
}

/** Safe to repeat: with the same client id it is said once. */
export async function postMessage(
  roomId: string,
  message: { readonly clientId: string; readonly text: string },
): Promise<Message> {
  const url = `${urlOf(roomId)}/messages`;
  return (await request<Message>(url, { method: 'POST', body: message })).body;
}

export async function editMessage({ roomId, id }: Message, text: string): Promise<void> {
  await request(`${urlOf(roomId)}/messages/${id}`, { method: 'PATCH', body: { text } });
}

export async function deleteMessage({ roomId, id }: Message): Promise<void> {
  await request(`${urlOf(roomId)}/messages/${id}`, { method: 'DELETE' });
}

export async function markRead(roomId: string, seq: number): Promise<void> {
  await request(`${urlOf(roomId)}/read`, { method: 'PUT', body: { seq } });
}

export async function tellTyping(roomId: string): Promise<void> {
  await request(`${urlOf(roomId)}/typing`, { method: 'POST' });
}

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
  changes: { readonly name?: string; readonly archived?: boolean },
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

export async function searchMessages(
  url: string,
  signal: AbortSignal,
): Promise<{ messages: readonly Message[]; next: string | null }> {
  const { body, headers } = await request<Message[]>(url, { signal });
  return { messages: body, next: nextLink(headers) };
}

function urlOf(roomId: string): string {
  return `/api/rooms/${encodeURIComponent(roomId)}`;
}
