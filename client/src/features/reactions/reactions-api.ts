import { request } from '../../http/request.js';
import type { PendingReaction } from './pending-reactions.js';

/** Safe to repeat. */
export async function sendReaction(reaction: PendingReaction): Promise<void> {
  const { roomId, messageId, emoji, isOn } = reaction;
  const message = `/api/rooms/${encodeURIComponent(roomId)}/messages/${messageId}`;
  const method = isOn ? 'PUT' : 'DELETE';
  await request(`${message}/reactions/${encodeURIComponent(emoji)}`, { method });
}
