import type { MessageEvent } from '@nestjs/common';

/**
 * One message in the event stream format of the WHATWG standard (HTML, 9.2.5), ended by its blank line.
 * `data` is JSON or other text; a message without it moves the client's cursor and fires nothing.
 */
export function frame({ type, id, retry, data }: MessageEvent): string {
  let text = '';
  if (retry !== undefined) text += `retry: ${retry}\n`;
  if (type !== undefined) text += `event: ${oneLine(type)}\n`;
  if (data !== undefined) for (const line of lines(data)) text += `data: ${line}\n`;
  // Last: some clients use it before the frame is complete, and would skip an event whose data was cut off.
  if (id !== undefined) text += `id: ${oneLine(id)}\n`;
  return `${text}\n`;
}

/** CR and LF would end the line, and a parser ignores an id with NUL in it. */
export const oneLine = (value: string): string => value.replaceAll(/[\r\n\0]/g, '');

function lines(data: string | object): string[] {
  const text = typeof data === 'string' ? data : JSON.stringify(data);
  return text.split(/\r\n|\r|\n/);
}
