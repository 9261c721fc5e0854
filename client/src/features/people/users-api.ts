import { required } from '../../http/headers.js';
import { read, type Read, readUntil } from '../../http/read.js';
import { request } from '../../http/request.js';
import { fetchSession } from '../../session/session-api.js';
import type { Names, User } from './user.js';

const USERS = '/api/users';

/** A user as it was at one moment, with its entity tag. */
export interface UserVersion {
  readonly user: User;
  readonly etag: string;
}

/** The newest users of the directory, as many as one page holds. */
export const readNewestUsers = (signal: AbortSignal) =>
  read<User[]>(`${USERS}?order=desc&limit=1000`, signal);

/** The user of the page alone. The list of sessions has the cursor: what is read after it is at least as new. */
export async function readOwnUser(signal: AbortSignal): Promise<Read<User[]>> {
  const { cursor } = await read<unknown>('/api/sessions?limit=1', signal);
  const { user } = await fetchSession();
  return { body: [user], cursor };
}

/** The server's search. A page may contain none of the users who are wanted. */
export const findUsers = (text: string, wanted: Parameters<typeof readUntil<User>>[1]) =>
  readUntil<User>(`${USERS}?q=${encodeURIComponent(text)}&limit=50`, wanted);

export async function fetchUser(id: string): Promise<UserVersion> {
  const { body, headers } = await request<User>(urlOf(id));
  return { user: body, etag: required(headers, 'ETag') };
}

/** Safe to repeat with the same key: it creates one user. */
export async function createUser(names: Names, idempotencyKey: string): Promise<User> {
  const headers = { 'Idempotency-Key': idempotencyKey };
  const { body } = await request<User>(USERS, { method: 'POST', headers, body: names });
  return body;
}

/** Refused with 412 if the user has changed since `etag`. */
export async function updateUser(id: string, names: Partial<Names>, etag: string): Promise<User> {
  const headers = { 'If-Match': etag };
  const { body } = await request<User>(urlOf(id), { method: 'PATCH', headers, body: names });
  return body;
}

/** Refused with 412 if the user has changed since `etag`. */
export async function removeUser(id: string, etag: string): Promise<void> {
  await request<undefined>(urlOf(id), { method: 'DELETE', headers: { 'If-Match': etag } });
}

function urlOf(id: string): string {
  return `${USERS}/${encodeURIComponent(id)}`;
}
