import { nextLink } from '../../http/link.js';
import { request } from '../../http/request.js';
import type { Message } from '../rooms/message.js';

export async function searchMessages(
  url: string,
  signal: AbortSignal,
): Promise<{ messages: readonly Message[]; next: string | null }> {
  const { body, headers } = await request<Message[]>(url, { signal });
  return { messages: body, next: nextLink(headers) };
}
