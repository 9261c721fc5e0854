import type { Schema } from '../../api/api.js';
import { required } from '../../http/headers.js';
import { nextLink } from '../../http/link.js';
import { request } from '../../http/request.js';

export async function fetchNotifications(url = '/api/me/notifications?limit=50') {
  const { body, headers } = await request<Schema<'ReceivedNotification'>[]>(url);
  return { items: body, next: nextLink(headers), cursor: required(headers, 'Last-Event-ID') };
}

export async function markRead(upTo: string): Promise<void> {
  await request('/api/me/notifications/read', { method: 'PUT', body: { upTo } });
}
