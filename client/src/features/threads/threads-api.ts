import { nextLink } from '../../http/link.js';
import { required } from '../../http/headers.js';
import { read } from '../../http/read.js';
import { request } from '../../http/request.js';
import type { Message } from '../rooms/message.js';

const urlOf = (roomId: string): string => `/api/rooms/${encodeURIComponent(roomId)}/threads`;

/** Replies per page. */
export const REPLIES = 200;

export const readReplies = (roomId: string, seq: number, before?: number) =>
  read<Message[]>(
    `${urlOf(roomId)}/${seq}/replies?limit=${REPLIES}${before === undefined ? '' : `&before=${before}`}`,
  );

/** A page of the threads of a room, and the URL of the next one. */
export async function readThreads(url: string) {
  const { body, headers } = await request<Message[]>(url);
  return { roots: body, next: nextLink(headers), cursor: required(headers, 'Last-Event-ID') };
}

export const threadsUrl = (roomId: string): string => `${urlOf(roomId)}?limit=50`;

export async function markThreadRead(roomId: string, seq: number, readSeq: number): Promise<void> {
  await request(`${urlOf(roomId)}/${seq}/read`, { method: 'PUT', body: { seq: readSeq } });
}
