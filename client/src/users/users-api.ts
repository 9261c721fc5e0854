import { required } from '../http/headers.js';
import { nextLink } from '../http/link.js';
import { request } from '../http/request.js';
import type { Names, User } from './user.js';
import type { Page } from './users-fold.js';

const USERS = '/api/users';

/** A user as it was at one moment, with the ETag that tells whether it still is. */
export interface UserVersion {
  readonly user: User;
  readonly etag: string;
}

export interface Snapshot {
  readonly page: Page;
  /** The place in the stream from which on everything is news to this page. */
  readonly cursor: string;
}

export async function fetchSnapshot(signal: AbortSignal): Promise<Snapshot> {
  const { page, headers } = await fetchPage(`${USERS}?order=desc&limit=100`, signal);
  return { page, cursor: required(headers, 'Last-Event-ID') };
}

export async function fetchPage(url: string, signal: AbortSignal) {
  const { body, headers } = await request<User[]>(url, { signal });
  return { page: { users: body, next: nextLink(headers) }, headers };
}

export async function fetchUser(id: string): Promise<UserVersion> {
  const { body, headers } = await request<User>(urlOf(id));
  return { user: body, etag: required(headers, 'ETag') };
}

/** Safe to repeat with the same key: it never makes two. */
export async function createUser(names: Names, idempotencyKey: string): Promise<User> {
  const headers = { 'Idempotency-Key': idempotencyKey };
  const { body } = await request<User>(USERS, { method: 'POST', headers, body: names });
  return body;
}

/** Refused with 412 when the user is no longer as `etag` says. */
export async function updateUser(id: string, names: Partial<Names>, etag: string): Promise<User> {
  const headers = { 'If-Match': etag };
  const { body } = await request<User>(urlOf(id), { method: 'PATCH', headers, body: names });
  return body;
}

/** Refused with 412 when the user is no longer as `etag` says. */
export async function removeUser(id: string, etag: string): Promise<void> {
  await request<undefined>(urlOf(id), { method: 'DELETE', headers: { 'If-Match': etag } });
}

function urlOf(id: string): string {
  return `${USERS}/${encodeURIComponent(id)}`;
}
