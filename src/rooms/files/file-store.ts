import type { Readable } from 'node:stream';
import { Problem } from '../../http/problems.js';

/** Bytes of a file, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Stores the bytes of files. The rows of the database are the only index: nothing is found by listing a store, so that
 * a folder and a bucket work alike.
 */
export abstract class FileStore {
  /** A local folder for files that are being received. */
  abstract readonly incoming: string;

  /** Makes sure that the local folder exists. */
  abstract prepare(): Promise<void>;

  /** Stores a local file durably under a key. It may move the file. */
  abstract put(key: string, path: string): Promise<void>;

  /** @returns `undefined` if nothing has this key. */
  abstract read(key: string, range: ByteRange): Promise<Readable | undefined>;

  /** Has no effect if nothing has this key. */
  abstract remove(key: string): Promise<void>;
}

/** The problem of a store that cannot be used, such as a full disk. `cause` is only for the log. */
export const storeUnavailable = (cause: unknown): Problem =>
  new Problem('unavailable', `Files cannot be stored or read at the moment. Try again later.`, {
    headers: { 'Retry-After': '5' },
    cause,
  });
