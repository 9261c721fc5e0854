import type { Membership } from './room.js';

export function canInvite({ room, role }: Membership): boolean {
  const isOpen = room.archivedAt === null && room.kind !== 'direct';
  return isOpen && (role === 'owner' || room.kind === 'public');
}
