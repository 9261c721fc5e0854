import { EventEncoder } from '@carillon/nestjs';
import { CONTROL_FRAMES, type ControlFrames } from '@carillon/nestjs/internal';
import type { Request } from 'express';
import { DEFAULT_TYPE } from '../updates/publish-update.js';

/** Data of any format, unchanged. Updates without a type reach the handler `onmessage`. */
export const updates = new EventEncoder('mercure', ({ type, data, retry }) => ({
  ...(type !== DEFAULT_TYPE && { type }),
  ...(retry !== null && { retry }),
  data,
  isText: true,
}));

/** A comment, and a message that moves the cursor and fires nothing. */
const EVENT_SOURCE: ControlFrames = {
  ...CONTROL_FRAMES,
  heartbeat: (cursor) => `:\n${CONTROL_FRAMES.cursor(cursor)}`,
};

/**
 * Without blank lines, as some libraries take each of them for an event. The id counts from the next event on, or, in these
 * libraries, at once.
 */
const OTHER_CLIENTS: ControlFrames = {
  opening: (retry, cursor) => withoutBlankLine(CONTROL_FRAMES.opening(retry, cursor)),
  heartbeat: (cursor) => `:\n${withoutBlankLine(CONTROL_FRAMES.cursor(cursor))}`,
  cursor: (cursor) => withoutBlankLine(CONTROL_FRAMES.cursor(cursor)),
  reset: (cursor, data) => `: reset ${data}\n${withoutBlankLine(CONTROL_FRAMES.cursor(cursor))}`,
  closing: (retry) => withoutBlankLine(CONTROL_FRAMES.closing(retry)),
};

const withoutBlankLine = (frame: string): string => frame.slice(0, -1);

/** How the frames that are not updates are written for the client of a request. */
export const controlFor = (
  request: Request,
): { readonly name: string; readonly frames: ControlFrames } =>
  isEventSource(request)
    ? { name: 'EventSource', frames: EVENT_SOURCE }
    : { name: 'other clients', frames: OTHER_CLIENTS };

/**
 * Whether the client is the `EventSource` of a browser: it does not use caches (HTML standard, 9.2.2), so it sends
 * `Cache-Control: no-cache` (Fetch standard, 4.6), and it cannot send `Authorization`.
 */
const isEventSource = (request: Request): boolean =>
  /\bno-cache\b/i.test(request.get('Cache-Control') ?? '') &&
  request.get('Authorization') === undefined;
