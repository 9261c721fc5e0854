import type { Credentials } from './credentials.js';
import type { FollowOptions } from './options.js';

export interface SnapshotEvents {
  readonly onRead: (cursor: string) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Calls the application's `snapshot`.
 *
 * @returns a function that aborts it; neither callback runs afterwards
 */
export function readSnapshot(
  snapshot: NonNullable<FollowOptions['snapshot']>,
  credentials: Credentials,
  { onRead, onError }: SnapshotEvents,
): () => void {
  const request = new AbortController();
  const { signal } = request;
  const read = async () => snapshot({ signal, headers: await credentials.headers() });
  read().then(
    (cursor) => signal.aborted || onRead(cursor),
    (error: unknown) => signal.aborted || onError(error),
  );
  return () => request.abort();
}
