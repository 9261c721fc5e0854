import { open } from 'node:fs/promises';

/** Images that browsers show, and whose previews the server renders. SVG is not one of them: it can contain scripts. */
const IMAGES: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
]);

const TEXT = 'text/plain';
const UNKNOWN = 'application/octet-stream';

/**
 * The bytes that decide the type. All formats are recognized by them, and they limit the work: some formats are
 * compressed.
 */
const HEAD_SIZE = 4100;

export const isImage = (type: string): boolean => IMAGES.has(type);

/** The `Content-Type` of a response. A browser might run what has any other type. */
export function servedType(type: string): string {
  if (type === TEXT) return `${TEXT}; charset=utf-8`;
  return isImage(type) || type === 'application/pdf' || /^(audio|video)\//.test(type)
    ? type
    : UNKNOWN;
}

/** The media type of a file by its first bytes. */
export async function typeOf(path: string): Promise<string> {
  const head = await headOf(path);
  // Loaded with the first upload: most processes start without one.
  const { fileTypeFromBuffer } = await import('file-type');
  const found = await fileTypeFromBuffer(head);
  return found?.mime ?? (isText(head) ? TEXT : UNKNOWN);
}

async function headOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_SIZE), 0, HEAD_SIZE, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** Whether bytes are UTF-8 without control characters except white space. The last character may be cut off. */
function isText(head: Buffer): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    return !/[^\P{Cc}\t\n\f\r]/u.test(text);
  } catch {
    return false;
  }
}
