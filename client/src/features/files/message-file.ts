import type { Schema } from '../../api/api.js';

export type MessageFile = Schema<'MessageFile'>;

/** A file that the page shows as an image. */
export type ImageFile = MessageFile & { readonly width: number; readonly height: number };

export const isImage = (file: MessageFile): file is ImageFile =>
  file.width !== null && file.height !== null;

export const urlOfFile = (roomId: string, fileId: string): string =>
  `/api/rooms/${encodeURIComponent(roomId)}/files/${fileId}`;

export const urlOfPreview = (roomId: string, fileId: string): string =>
  `${urlOfFile(roomId, fileId)}/preview`;
