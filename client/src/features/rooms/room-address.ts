import type { Address } from '../../shell/address.js';

/** A room, and the message to start at. */
export interface RoomParams {
  readonly roomId: string;
  /** 0 if that part of the address is not a number. */
  readonly seq: number | null;
}

export const roomAddress: Address<RoomParams> = {
  path: 'rooms',
  parse: ([roomId, seq]) => (roomId ? { roomId, seq: seq ? Number(seq) || 0 : null } : null),
};

export function hrefOfRoom(roomId: string, seq?: number): string {
  return seq === undefined ? `#/rooms/${roomId}` : `#/rooms/${roomId}/${seq}`;
}
