import type { LevelOfMember } from '../../../../src/rooms/room/notification-level.js';
import { request } from '../../http/request.js';

export async function setLevel(roomId: string, chosen: LevelOfMember): Promise<void> {
  const url = `/api/rooms/${encodeURIComponent(roomId)}/notifications`;
  await request(url, { method: 'PUT', body: chosen });
}
