import { randomUUID } from 'node:crypto';
import sharp from 'sharp';
import type { MessageFile } from '../../src/rooms/room/message-file.js';
import type { Message } from '../../src/rooms/room/message.js';
import type { Room } from '../../src/rooms/room/room.js';
import { done, type Person } from './people.js';

export interface Upload {
  readonly name?: string;
  readonly id?: string;
  readonly headers?: Record<string, string>;
}

export const filePath = ({ id }: Pick<Room, 'id'>, fileId: string): string =>
  `/api/rooms/${id}/files/${fileId}`;

/** Uploads a file, and returns the response. */
export const upload = (
  who: Person,
  room: Room,
  content: string | Uint8Array<ArrayBuffer>,
  { name = 'notes.txt', id = randomUUID(), headers = {} }: Upload = {},
): Promise<Response> =>
  fetch(`${who.url}${filePath(room, id)}?name=${encodeURIComponent(name)}`, {
    method: 'PUT',
    headers: { ...who.bearer, 'Content-Type': 'application/x-nonsense', ...headers },
    body: content,
  });

/** Uploads a file, and expects it to be stored. */
export const uploads = async (...parameters: Parameters<typeof upload>): Promise<MessageFile> =>
  done(await upload(...parameters));

export const postsFiles = (
  who: Person,
  { id }: Room,
  files: readonly MessageFile[],
  text = '',
): Promise<Message> =>
  who.does('POST', `/api/rooms/${id}/messages`, {
    clientId: randomUUID(),
    text,
    files: files.map((file) => file.id),
  });

/** A photo of a camera that was held upright, with its place in the metadata. */
export const photo = async (width = 64, height = 48): Promise<Uint8Array<ArrayBuffer>> =>
  Uint8Array.from(
    await sharp({ create: { width, height, channels: 3, background: '#c0392b' } })
      .withExif({ IFD0: { Copyright: 'At the bridge' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer(),
  );
