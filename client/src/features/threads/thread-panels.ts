/** The names of the panels: of the threads of a room, and of one thread. */
export const THREADS = 'threads';

const PREFIX = 'thread ';

export const panelOf = (seq: number): string => PREFIX + seq;

/** The `seq` of the first message of the thread that a panel shows; null for other panels. */
export function threadIn(panel: string | null): number | null {
  return panel?.startsWith(PREFIX) ? Number(panel.slice(PREFIX.length)) : null;
}
