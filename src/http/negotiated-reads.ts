import type { NextFunction, Request, Response } from 'express';
import {
  AcceptedCodings,
  CODINGS,
  type ContentCoding,
  encode,
  encodeOnce,
} from './content-codings.js';
import { codedTag, entityTag, namesRepresentation, parseEntityTags } from './entity-tags.js';
import { checkIfMatch } from './preconditions.js';
import { Problem } from './problems.js';
import { keepAsItIs } from './representations.js';

declare module 'express-serve-static-core' {
  interface Response {
    /** Counts the bytes of the response before compression. */
    countContent?: (bytes: number) => void;
  }
}

/** Minimum size in bytes for compression: smaller content fits into one packet anyway. */
const MIN_COMPRESSED_SIZE = 1024;

/** Compressible media types. Images are already compressed, except SVG. */
const COMPRESSIBLE =
  /^(?:text\/|(?:application|image)\/(?:[^;]+\+)?(?:json|javascript|xml|yaml)\b)/i;

/**
 * Middleware: sets the entity tag of a read, compresses the response, and omits it if the client already has it (304).
 *
 * Only reads are compressed. Responses to writes are short, and some contain tokens, which must not be compressed
 * together with content of the request (BREACH). See docs/decisions/0013-compression.md.
 */
export function negotiateReads(request: Request, response: Response, next: NextFunction): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') return next();
  const send = response.send.bind(response);
  response.send = (body?: unknown): Response => {
    if (response.statusCode !== 200 || !(typeof body === 'string' || Buffer.isBuffer(body)))
      return send(body);
    if (!response.get('Content-Type')) response.type('html');
    return sendRepresentation(response, body, send);
  };
  next();
}

/** @throws Problem `precondition-failed`, `malformed-request`, `not-acceptable` */
function sendRepresentation(
  response: Response,
  body: string | Buffer,
  send: Response['send'],
): Response {
  const length = Buffer.byteLength(body);
  response.countContent?.(length);
  const tag = entityTag(body);
  checkIfMatch(response.req.get('If-Match'), tag);
  const coding = negotiateCoding(response, length);
  keepAsItIs(response);
  const isKnown = evaluateIfNoneMatch(response, tag, coding);
  // Node writes a short string together with the head of the response, but a Buffer after it.
  if (isKnown || coding === 'identity') return send(body);
  response.set('Content-Encoding', coding);
  // The sender keeps a Buffer and sends it repeatedly.
  const isKept = Buffer.isBuffer(body);
  const encoded = isKept ? encodeOnce(body, coding) : encode(Buffer.from(body), coding);
  encoded.then(send, (error: unknown) => response.destroy(error as Error));
  return response;
}

/**
 * Sets the entity tag of a response, and the status 304 if `If-None-Match` contains it. The `Cache-Control` of the
 * request does not matter (RFC 9110, 13.1.2): it is for caches on the path. A malformed header matches nothing.
 *
 * @param tag without the suffix of the coding.
 * @returns whether the status is 304.
 */
export function evaluateIfNoneMatch(
  response: Response,
  tag: string,
  coding: ContentCoding,
): boolean {
  const { req: request } = response;
  response.set('ETag', codedTag(tag, coding));
  const header = request.get('If-None-Match');
  const named = header === undefined ? undefined : parseEntityTags(header);
  if (!named || !namesRepresentation(named, tag, coding, acceptedBy(request).isAcceptable))
    return false;
  response.status(304);
  return true;
}

const acceptedBy = (request: Request) => new AcceptedCodings(request.get('Accept-Encoding'));

function negotiateCoding(response: Response, length: number): ContentCoding {
  const { req: request } = response;
  if (!COMPRESSIBLE.test(response.get('Content-Type') ?? '')) return 'identity';
  response.vary('Accept-Encoding');
  const accepted = acceptedBy(request);
  const isShort = length < MIN_COMPRESSED_SIZE && accepted.isAcceptable('identity');
  return isShort ? 'identity' : bestCoding(accepted, CODINGS);
}

/** @throws Problem `not-acceptable` */
export function bestCoding(
  accepted: AcceptedCodings,
  available: readonly ContentCoding[],
): ContentCoding {
  const coding = accepted.best(available);
  if (coding !== undefined) return coding;
  throw noCoding(available);
}

export const noCoding = (available: readonly ContentCoding[]): Problem =>
  new Problem(
    'not-acceptable',
    `Accept-Encoding excludes every available content coding. Accept one of ${available.join(', ')}.`,
  );
