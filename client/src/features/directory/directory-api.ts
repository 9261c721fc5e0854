import { required } from '../../http/headers.js';
import { nextLink } from '../../http/link.js';
import { request } from '../../http/request.js';
import type { User } from '../people/user.js';
import type { Page } from './users-fold.js';

export interface Snapshot {
  readonly page: Page;
  /** The stream continues from here without a gap. */
  readonly cursor: string;
}

export async function fetchSnapshot(signal: AbortSignal): Promise<Snapshot> {
  const { page, headers } = await fetchPage('/api/users?order=desc&limit=100', signal);
  return { page, cursor: required(headers, 'Last-Event-ID') };
}

export async function fetchPage(url: string, signal: AbortSignal) {
  const { body, headers } = await request<User[]>(url, { signal });
  return { page: { users: body, next: nextLink(headers) }, headers };
}
