import { Injectable } from '@nestjs/common';
import ms from 'ms';
import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { Config } from '../../config.js';
import { Problem } from '../../http/problems.js';
import { FileStore, storeUnavailable } from './file-store.js';
import { shownSize } from './shown-size.js';

/** Node's HTTP server ends a request after 5 minutes, so nothing writes to an older file. */
const LEFT_AFTER = ms('1h');

/** A file that has been received completely, and is on disk. */
export interface ReceivedFile {
  readonly path: string;
  readonly size: number;
  /** SHA-256. */
  readonly digest: string;
}

/** Receives files into a local folder, under names that nothing else uses. */
@Injectable()
export class IncomingFiles {
  readonly #largest: number;

  constructor(
    private readonly store: FileStore,
    { FILES_MAX_BYTES }: Config,
  ) {
    this.#largest = FILES_MAX_BYTES;
  }

  /** A path for another file. Whoever writes it removes it. */
  newPath(): string {
    return join(this.store.incoming, randomUUID());
  }

  /** @throws Problem `content-too-large`; `malformed-request`: the client has gone; `unavailable`: the disk is full. */
  async receive(body: Readable): Promise<ReceivedFile> {
    const path = this.newPath();
    try {
      await this.store.prepare();
      const file = await open(path, 'wx', 0o600);
      try {
        return { path, ...(await this.#write(body, file)) };
      } finally {
        await file.close();
      }
    } catch (error) {
      await this.remove(path);
      throw error instanceof Problem ? error : storeUnavailable(error);
    }
  }

  /** A file that cannot be removed now is removed later, as one that a crash has left. */
  async remove(path: string): Promise<void> {
    await rm(path, { force: true }).catch(() => undefined);
  }

  /** Removes what processes that have crashed left. */
  async removeLeft(now = Date.now()): Promise<void> {
    for (const name of await readdir(this.store.incoming).catch(() => [])) {
      const path = join(this.store.incoming, name);
      const found = await stat(path).catch(() => undefined);
      if (found && found.mtimeMs < now - LEFT_AFTER) await this.remove(path);
    }
  }

  /** @throws Problem `content-too-large` */
  refuseLarger(size: number): void {
    if (size > this.#largest)
      throw new Problem(
        'content-too-large',
        `The file is too large. The maximum is ${shownSize(this.#largest)}.`,
      );
  }

  async #write(body: Readable, file: FileHandle): Promise<Omit<ReceivedFile, 'path'>> {
    const hash = createHash('sha256');
    let size = 0;
    for await (const chunk of chunksOf(body)) {
      size += chunk.length;
      this.refuseLarger(size);
      hash.update(chunk);
      await file.writeFile(chunk);
    }
    await file.sync();
    return { size, digest: hash.digest('base64url') };
  }
}

/** Leaves the request open if its reader stops: the response says why. */
async function* chunksOf(body: Readable): AsyncGenerator<Buffer> {
  const chunks = body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  try {
    yield* chunks;
  } catch {
    throw new Problem('malformed-request', 'The body is incomplete.');
  }
}
