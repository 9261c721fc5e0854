import { Snapshot } from './snapshot.js';

/** A place in the log of one database: everything up to `position` has been seen. */
export interface Cursor {
  readonly epoch: string;
  /** From 0, the place before the first event. */
  readonly position: number;
  /** Of another program: what its transactions recorded has been seen, too, at whatever position it arrives. */
  readonly snapshot?: Snapshot | undefined;
}

const CURSOR = /^([\da-f]{8})-(0|[1-9]\d{0,15})(?:~(.+))?$/;

/** `<epoch>-<position>` or `<epoch>-<position>~<snapshot>`, as it stands in `id:` and `Last-Event-ID`. */
export const formatCursor = ({ epoch, position, snapshot }: Cursor): string =>
  `${epoch}-${position}${snapshot ? `~${snapshot.toString()}` : ''}`;

/** @returns `undefined` where the text is not a cursor. */
export function parseCursor(text: string): Cursor | undefined {
  const [, epoch, digits, seen] = CURSOR.exec(text) ?? [];
  const position = Number(digits);
  if (!epoch || !Number.isSafeInteger(position)) return undefined;
  if (seen === undefined) return { epoch, position };
  const snapshot = Snapshot.parse(seen);
  return snapshot && { epoch, position, snapshot };
}
