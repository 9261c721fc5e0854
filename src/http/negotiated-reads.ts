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
    /** Is given the bytes of what is read, before it is compressed. */
    countContent?: (bytes: number) => void;
  }
}

/** Bytes from which compression pays: less fits into one packet anyway. */
const WORTH_COMPRESSING = 1024;

/** Media types of text. Images are compressed in themselves, but for SVG. */
const COMPRESSIBLE =
  /^(?:text\/|(?:application|image)\/(?:[^;]+\+)?(?:json|javascript|xml|yaml)\b)/i;

/**
 * Middleware: gives what is read its entity tag, compresses it, and leaves it out where the client has it already (304).
 *
 * Only reads are compressed. Responses to writes are short, and they are the ones that hold tokens, which must not be
 * compressed with what a request said (BREACH). See docs/decisions/0013-compression.md.
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
  // Node writes a short text together with the head of its response, and a Buffer after it.
  if (isKnown || coding === 'identity') return send(body);
  response.set('Content-Encoding', coding);
  // Who sends a Buffer keeps it, and sends it again.
  const isKept = Buffer.isBuffer(body);
  const encoded = isKept ? encodeOnce(body, coding) : encode(Buffer.from(body), coding);
  encoded.then(send, (error: unknown) => response.destroy(error as Error));
  return response;
}

/**
 * Gives a response its entity tag, and the status 304 where `If-None-Match` names it. That counts whatever `Cache-Control`
 * the request has (RFC 9110, 13.1.2): that is for caches on the way. A malformed header names nothing.
 *
 * @param tag without the suffix of the coding.
 * @returns whether it is a 304.
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
  const isShort = length < WORTH_COMPRESSING && accepted.isAcceptable('identity');
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
    `Accept-Encoding excludes every coding that is available. Accept one of ${available.join(', ')}.`,
  );
