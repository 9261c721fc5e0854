import type { Schema } from '../../api/api.js';
import { request } from '../../http/request.js';

type Subscription = Schema<'PushSubscriptionBody'>;

export async function fetchPushKey(): Promise<string> {
  return (await request<Schema<'PushKey'>>('/api/push/key')).body.publicKey;
}

export async function putSubscription(subscription: Subscription): Promise<void> {
  await request('/api/push/subscription', { method: 'PUT', body: subscription });
}

export async function deleteSubscription(): Promise<void> {
  await request('/api/push/subscription', { method: 'DELETE' });
}
