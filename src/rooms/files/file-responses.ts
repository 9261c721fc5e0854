import { Injectable, Logger } from '@nestjs/common';
import { inLog } from '@carillon/nestjs/internal';
import type { Request, Response } from 'express';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { evaluateIfNoneMatch } from '../../http/negotiated-reads.js';
import { checkIfMatch } from '../../http/preconditions.js';
import { Problem } from '../../http/problems.js';
import { keepAsItIs } from '../../http/representations.js';
import { type ByteRange, FileStore, storeUnavailable } from './file-store.js';
import { isImage, servedType } from './file-types.js';

/** Content of the store, and how to send it. */
export interface StoredContent {
  readonly key: string;
  readonly size: number;
  /** The entity tag. The content of a key never changes. */
  readonly tag: string;
  readonly name: string;
  readonly type: string;
}

/** Sends content of the store, with ranges and conditions (RFC 9110, 13 and 14), so that a browser runs nothing of it. */
@Injectable()
export class FileResponses {
  readonly #logger = new Logger(FileResponses.name);

  constructor(private readonly store: FileStore) {}

  /** @throws Problem `precondition-failed`, `malformed-request`, `range-not-satisfiable`, `not-found`, `unavailable` */
  async send(response: Response, content: StoredContent): Promise<void> {
    const { req: request } = response;
    checkIfMatch(request.get('If-Match'), content.tag);
    if (evaluateIfNoneMatch(response, content.tag, 'identity')) {
      setHeaders(response, content);
      return void response.end();
    }
    const range = rangeOf(request, content);
    const body = await this.#read(content, range);
    setHeaders(response, content);
    setRange(response, content, range);
    if (request.method === 'HEAD') {
      body.destroy();
      return void response.end();
    }
    // The client has gone, or the store has failed: the length tells the client.
    await pipeline(body, response).catch((error: unknown) => this.#logger.debug(inLog(error)));
  }

  async #read({ key, name }: StoredContent, range: ByteRange): Promise<Readable> {
    let body: Readable | undefined;
    try {
      body = await this.store.read(key, range);
    } catch (error) {
      this.#logger.error(inLog(error), 'A file could not be read.');
      throw storeUnavailable(error);
    }
    if (body) return body;
    this.#logger.error(`The store of FILES_URL has no content ${key}.`);
    throw new Problem('not-found', `The content of ${name} is missing.`);
  }
}

function setHeaders(response: Response, { name, type }: StoredContent): void {
  response.attachment(name);
  const disposition = response.get('Content-Disposition')!;
  if (isImage(type)) response.set('Content-Disposition', disposition.replace(/^\w+/, 'inline'));
  response.setHeader('Content-Type', servedType(type));
  // A browser that opens the address runs nothing and loads nothing, whatever the content is.
  response.set('Content-Security-Policy', "sandbox; default-src 'none'");
  // Who may read it changes: caches must ask each time.
  response.set('Cache-Control', 'private, no-cache').set('Accept-Ranges', 'bytes');
  keepAsItIs(response);
}

/** @throws Problem `range-not-satisfiable` */
function rangeOf(request: Request, { size, tag }: StoredContent): ByteRange {
  const all = { start: 0, end: size - 1 };
  const condition = request.get('If-Range');
  if (condition !== undefined && condition !== tag) return all;
  const range = oneRange(request.get('Range'), size);
  if (range && range.start >= size)
    throw new Problem('range-not-satisfiable', `The file has ${size} bytes.`, {
      headers: { 'Content-Range': `bytes */${size}` },
    });
  return range ?? all;
}

/** Invalid ranges have to be ignored; several ranges and other units may be (RFC 9110, 14.1.2 and 14.2). */
function oneRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, first, last, suffix] = /^bytes=(?:(\d+)-(\d*)|-(\d+))$/.exec(header ?? '') ?? [];
  if (suffix !== undefined) return { start: Math.max(0, size - Number(suffix)), end: size - 1 };
  if (first === undefined || (last && Number(last) < Number(first))) return undefined;
  return { start: Number(first), end: Math.min(Number(last || Infinity), size - 1) };
}

function setRange(response: Response, { size }: StoredContent, { start, end }: ByteRange): void {
  const length = end - start + 1;
  response.countContent?.(length);
  response.set('Content-Length', String(length));
  if (length < size) response.status(206).set('Content-Range', `bytes ${start}-${end}/${size}`);
}
