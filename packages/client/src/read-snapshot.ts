import { isNonEmptyString } from './check-options.js';
import type { Credentials } from './credentials.js';
import { type FollowError, noCursorError, slowSnapshotError, snapshotErrorOf } from './errors.js';
import type { FollowOptions } from './options.js';
import type { SilenceTimeout } from './silence-timeout.js';
import { after } from './timer.js';

export interface SnapshotEvents {
  readonly onRead: (cursor: string) => void;
  readonly onError: (error: FollowError) => void;
}

/**
 * Calls the application's `snapshot`.
 *
 * @param timeout how long it may take
 * @returns a function that aborts it; neither callback runs afterwards
 */
export function readSnapshot(
  snapshot: NonNullable<FollowOptions['snapshot']>,
  credentials: Credentials,
  timeout: SilenceTimeout,
  { onRead, onError }: SnapshotEvents,
): () => void {
  const request = new AbortController();
  const { signal } = request;
  const begin = Date.now();
  const { limit } = timeout;
  const stopTimer = after(limit, () => {
    timeout.expired();
    settle(() => onError(slowSnapshotError(limit)));
  });
  const stop = () => {
    stopTimer();
    request.abort();
  };
  const settle = (act: () => void) => {
    if (signal.aborted) return;
    stop();
    act();
  };
  const read = async () => {
    const cursor: unknown = await snapshot({ signal, headers: await credentials.headers() });
    if (!isNonEmptyString(cursor)) throw noCursorError(cursor);
    timeout.received(Date.now() - begin);
    return cursor;
  };
  read().then(
    (cursor) => settle(() => onRead(cursor)),
    (error: unknown) => settle(() => onError(snapshotErrorOf(error))),
  );
  return stop;
}
