import { AwsClient } from 'aws4fetch';
import { openAsBlob } from 'node:fs';
import { lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { type ByteRange, FileStore } from './file-store.js';

/** Milliseconds until the head of a response, without the time for sending content. */
const TIMEOUT = 30_000;
/** Bytes per millisecond: content that is sent more slowly counts as stuck. A file of 25 MiB has 80 s. */
const MIN_RATE = 512;
/** Repeats after a response of 5xx or 429, at growing intervals. */
const RETRIES = 3;

/** Stores files in a bucket of an S3-compatible store, which is addressed by its path: `https://host/bucket/prefix/key`. */
export class S3Store extends FileStore {
  readonly incoming = join(tmpdir(), 'carillon-incoming');
  readonly #client: AwsClient;
  readonly #address: string;

  /** @param url `s3://key:secret@host/bucket/prefix?region=…`, or `s3+http:` without TLS. */
  constructor(url: URL) {
    super();
    this.#client = new AwsClient({
      accessKeyId: decodeURIComponent(url.username),
      secretAccessKey: decodeURIComponent(url.password),
      service: 's3',
      region: url.searchParams.get('region') ?? 'us-east-1',
      retries: RETRIES,
    });
    const protocol = url.protocol === 's3+http:' ? 'http:' : 'https:';
    this.#address = `${protocol}//${url.host}${url.pathname.replace(/\/+$/, '')}`;
  }

  /** @throws Error another user has created the folder, and could replace the files in it. */
  async prepare(): Promise<void> {
    await mkdir(this.incoming, { recursive: true, mode: 0o700 });
    const { uid } = await lstat(this.incoming);
    if (uid !== process.getuid?.()) throw new Error(`${this.incoming} belongs to another user.`);
  }

  async put(key: string, path: string): Promise<void> {
    const body = await openAsBlob(path);
    const response = await this.#send(key, { method: 'PUT', body }, body.size);
    await expectStatus(response, 200);
  }

  async read(key: string, { start, end }: ByteRange): Promise<Readable | undefined> {
    const response = await this.#send(key, { headers: { Range: `bytes=${start}-${end}` } });
    if (response.status === 404) {
      await response.body?.cancel();
      return undefined;
    }
    await expectStatus(response, 206);
    return Readable.fromWeb(response.body as ReadableStream);
  }

  async remove(key: string): Promise<void> {
    const response = await this.#send(key, { method: 'DELETE' });
    await expectStatus(response, 204, 200, 404);
  }

  /** The body of a response may take longer: its reader decides how fast it flows. */
  async #send(key: string, init: RequestInit, size = 0): Promise<Response> {
    const controller = new AbortController();
    const timer = setTimeout(
      () => controller.abort(new Error('The store timed out.')),
      TIMEOUT + size / MIN_RATE,
    );
    try {
      const { signal } = controller;
      return await this.#client.fetch(`${this.#address}/${key}`, { ...init, signal });
    } finally {
      clearTimeout(timer);
    }
  }
}

/** @throws Error the store refuses the request. */
async function expectStatus(response: Response, ...expected: number[]): Promise<void> {
  if (expected.includes(response.status)) {
    if (response.status !== 206) await response.body?.cancel();
    return;
  }
  const text = await response.text();
  throw new Error(`The store answers ${response.status}: ${text.slice(0, 500)}`);
}
