import type { Schema } from '../../api/api.js';
import { read } from '../../http/read.js';
import { request } from '../../http/request.js';
import type { Message } from '../rooms/message.js';

const urlOf = (roomId: string): string => `/api/rooms/${encodeURIComponent(roomId)}`;

export const readPins = (roomId: string) => read<Schema<'Pin'>[]>(`${urlOf(roomId)}/pins`);

/** Safe to repeat. */
export async function setPinned({ roomId, id }: Message, isPinned: boolean): Promise<void> {
  const method = isPinned ? 'PUT' : 'DELETE';
  await request(`${urlOf(roomId)}/messages/${id}/pin`, { method });
}
