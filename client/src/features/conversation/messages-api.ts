import { read } from '../../http/read.js';
import { request } from '../../http/request.js';
import type { MessageFile } from '../files/message-file.js';
import type { Message } from '../rooms/message.js';

export const readMessagesAfter = (roomId: string, seq: number, limit: number) =>
  read<Message[]>(`${urlOf(roomId)}/messages?after=${seq}&limit=${limit}`);

/** The first message at or after a time, or else the last message. */
export async function fetchMessageAt(roomId: string, time: Date): Promise<Message | undefined> {
  const at = encodeURIComponent(time.toISOString());
  const { body } = await request<Message[]>(`${urlOf(roomId)}/messages?at=${at}&limit=2`);
  return body.find(({ createdAt }) => Date.parse(createdAt) >= time.getTime()) ?? body.at(-1);
}

interface NewMessage {
  readonly clientId: string;
  readonly text: string;
  readonly replyTo?: number;
  readonly mentionAll?: boolean;
  readonly files?: readonly MessageFile[];
}

/** Safe to repeat: with the same client id it creates one message. */
export async function postMessage(
  roomId: string,
  { files, ...message }: NewMessage,
): Promise<Message> {
  const url = `${urlOf(roomId)}/messages`;
  const body = { ...message, ...(files && { files: files.map(({ id }) => id) }) };
  return (await request<Message>(url, { method: 'POST', body })).body;
}

export async function editMessage({ roomId, id }: Message, text: string): Promise<void> {
  await request(`${urlOf(roomId)}/messages/${id}`, { method: 'PATCH', body: { text } });
}

export async function deleteMessage({ roomId, id }: Message): Promise<void> {
  await request(`${urlOf(roomId)}/messages/${id}`, { method: 'DELETE' });
}

/** @param part the last message that was read, and the marker from which the user read on */
export async function markRead(
  roomId: string,
  part: { readonly seq: number; readonly from: number },
): Promise<void> {
  await request(`${urlOf(roomId)}/read`, { method: 'PUT', body: part });
}

export async function markUnread(roomId: string, seq?: number): Promise<void> {
  const body = seq === undefined ? {} : { seq };
  await request(`${urlOf(roomId)}/unread`, { method: 'PUT', body });
}

export async function reportTyping(roomId: string): Promise<void> {
  await request(`${urlOf(roomId)}/typing`, { method: 'POST' });
}

function urlOf(roomId: string): string {
  return `/api/rooms/${encodeURIComponent(roomId)}`;
}
