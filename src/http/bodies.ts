import express, {
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import { isUtf8 } from 'node:buffer';
import { shapeOf } from './json-shape.js';
import { Problem, shorten } from './problems.js';

/** Objects and arrays inside one another: more than any body has that is meant, less than overflows a stack. */
const DEPTH_LIMIT = 64;
/** Properties and elements in all of a body: so many are checked in some 10 ms. */
const MOST_VALUES = 1000;
/** UTF-16 code units of a name that an error repeats. */
const LONGEST_NAME = 100;

declare module 'express-serve-static-core' {
  interface Request {
    /** Length of its JSON, decompressed. */
    bodyBytes?: number;
  }
}

/** A JSON Merge Patch (RFC 7396) is what PATCH takes; both names mean the same here. */
const MEDIA_TYPES = ['application/json', 'application/merge-patch+json'];

/**
 * The content coding that a body may have. The parser knows others, but to read the first bytes in Brotli takes 16 MiB of
 * memory: 100 bodies of 26 bytes each took 1.5 GB.
 */
const CODING = 'gzip';

/**
 * Reads JSON bodies of at most so many bytes, and says of any other body what would be right. An empty body is none,
 * whatever the headers say of it.
 */
export function bodies(limit: number): RequestHandler {
  const readJson = jsonOf(limit);
  return async (request, response, next) => {
    if (!hasBody(request) || (await isEmpty(request))) return next();
    refuseOtherMediaTypes(request);
    refuseOtherCodings(request);
    readJson(request, response, next);
  };
}

/** A chunked body shows with its first byte that it is not empty, or with its end that it is. */
function isEmpty(request: Request): boolean | Promise<boolean> {
  if (request.headers['transfer-encoding'] === undefined) return false;
  return new Promise((resolve) =>
    request.once('readable', () => resolve(request.readableLength === 0)),
  );
}

/** @throws Problem `unsupported-media-type` */
function refuseOtherMediaTypes(request: Request): void {
  if (request.is(MEDIA_TYPES) && isUtf8Charset(request)) return;
  const given = request.headers['content-type'] ?? 'not there';
  const header = request.method === 'PATCH' ? 'Accept-Patch' : 'Accept-Post'; // RFC 5789, W3C LDP 7.1
  throw new Problem(
    'unsupported-media-type',
    `Content-Type is ${given}; send JSON in UTF-8 as ${MEDIA_TYPES[0]}.`,
    { headers: { [header]: MEDIA_TYPES.join(', ') } },
  );
}

export function hasBody({ headers }: Request): boolean {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = headers;
  return encoding !== undefined || Number(length) > 0;
}

/** @throws Problem `unsupported-media-type` */
function refuseOtherCodings({ headers }: Request): void {
  const coding = headers['content-encoding'] || 'identity';
  if ([CODING, 'identity'].includes(coding.toLowerCase())) return;
  throw new Problem(
    'unsupported-media-type',
    `Content-Encoding is ${coding}; send the body with ${CODING}, or without a coding.`,
    { headers: { 'Accept-Encoding': CODING } }, // RFC 9110, 12.5.3
  );
}

/** JSON is UTF-8 (RFC 8259, 8.1). */
function isUtf8Charset(request: Request): boolean {
  const [, charset] =
    /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(request.headers['content-type']!) ?? [];
  return charset === undefined || /^utf-?8$/i.test(charset);
}

function jsonOf(limit: number): RequestHandler {
  const json = express.json({
    limit,
    type: MEDIA_TYPES,
    // Any JSON: that it has to be an object is told with the other mistakes.
    strict: false,
    verify: (request: Request, _response, body) => {
      request.bodyBytes = body.length;
      refuseWhatDoesNotParse(body);
    },
  });
  return (request: Request, response: Response, next: NextFunction): void => {
    let answered = false;
    const proceed = (error?: unknown): void => {
      if (!answered) next(error);
      answered = true;
    };
    onTooLarge(request, limit, () => proceed(tooLarge(limit)));
    json(request, response, (error?: unknown) => proceed(error && toProblem(error, limit)));
  };
}

/** Tells at once: the parser would first read all of it, however much there is. */
function onTooLarge(request: Request, limit: number, refuse: () => void): void {
  if (Number(request.headers['content-length']) > limit) return refuse();
  if (request.headers['transfer-encoding'] === undefined) return undefined;
  let received = 0;
  request.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received > limit) refuse();
  });
  return undefined;
}

const tooLarge = (limit: number): Problem =>
  new Problem('content-too-large', `The body may have at most ${limit} bytes.`);

/** The parser's errors have a `type`: https://github.com/expressjs/body-parser#errors */
function toProblem(error: unknown, limit: number): unknown {
  const { type, message, status } = error as { type?: string; message: string; status?: number };
  switch (type) {
    case 'entity.parse.failed':
      return new Problem('malformed-request', `The body is not JSON: ${message}.`);
    case 'entity.too.large':
      return tooLarge(limit);
    case 'request.aborted':
    case 'request.size.invalid':
      return new Problem('malformed-request', 'The body ended early.');
    default:
      if (status !== 400 || error instanceof Problem) return error;
      return new Problem('malformed-request', `The body cannot be decompressed: ${message}.`);
  }
}

function refuseWhatDoesNotParse(body: Buffer): void {
  // The parser would put U+FFFD in place of what it cannot decode, and the client would never know.
  if (!isUtf8(body)) throw new Problem('malformed-request', 'The body is not valid UTF-8.');
  const { depth, commas, repeated } = shapeOf(body, DEPTH_LIMIT);
  if (depth > DEPTH_LIMIT)
    throw new Problem('malformed-request', `The body is nested more than ${DEPTH_LIMIT} deep.`);
  if (commas >= MOST_VALUES)
    throw new Problem('malformed-request', `The body may have at most ${MOST_VALUES} values.`);
  // Parsers differ in which one they take (RFC 8259, 4): a proxy may have checked the other one.
  if (repeated !== undefined)
    throw new Problem(
      'malformed-request',
      `The body has the member "${shorten(repeated.toWellFormed(), LONGEST_NAME)}" twice in one object.`,
    );
}
