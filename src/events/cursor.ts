/** A place in the log of one database: everything up to `position` has been seen. */
export interface Cursor {
  readonly epoch: string;
  /** From 0, the place before the first event. */
  readonly position: number;
}

const CURSOR = /^([\da-f]{8})-(0|[1-9]\d{0,15})$/;

/** `<epoch>-<position>`, as it stands in `id:` and `Last-Event-ID`. */
export const formatCursor = ({ epoch, position }: Cursor): string => `${epoch}-${position}`;

/** @returns `undefined` where the text is not a cursor. */
export function parseCursor(text: string): Cursor | undefined {
  const [, epoch, digits] = CURSOR.exec(text) ?? [];
  const position = Number(digits);
  return epoch && Number.isSafeInteger(position) ? { epoch, position } : undefined;
}
