import { request } from '../../http/request.js';
import type { Message } from '../rooms/message.js';

/** Safe to repeat. */
export async function setSaved({ roomId, id }: Message, isSaved: boolean): Promise<void> {
  const method = isSaved ? 'PUT' : 'DELETE';
  await request(`/api/rooms/${roomId}/messages/${id}/saved`, { method });
}
