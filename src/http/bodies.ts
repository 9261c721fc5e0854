import { HUB_PATH } from '@carillon/nestjs/internal';
import express, {
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import { parseJson } from './json-body.js';
import { Problem } from './problems.js';

/** Maximum number of properties and elements in a body. Checking that many takes about 10 ms. */
const MAX_VALUES = 1000;

export interface BodyLimits {
  readonly bytes: number;
  /** Properties and elements. */
  readonly values: number;
}

const ofPaths = new Map<string, BodyLimits>();

/** Sets the limits of bodies that are sent to one path. Called while modules are loaded. */
export const limitBodiesOf = (path: string, limits: BodyLimits): void =>
  void ofPaths.set(path, limits);

const streamed: RegExp[] = [];

/** Leaves the bodies that are sent to some paths to their handlers. Called while modules are loaded. */
export const leaveBodiesOf = (path: RegExp): void => void streamed.push(path);

const isStreamed = ({ method, path }: Request): boolean =>
  method === 'PUT' && streamed.some((one) => one.test(path));

declare module 'express-serve-static-core' {
  interface Request {
    /** The length of the JSON body after decompression. */
    bodyBytes?: number;
  }
}

/** PATCH takes a JSON Merge Patch (RFC 7396). All routes accept both media types. */
const MEDIA_TYPES = ['application/json', 'application/merge-patch+json'];

/**
 * The only supported content coding of a body. The parser supports others, but reading the first bytes of a Brotli
 * stream takes 16 MiB of memory: 100 bodies of 26 bytes each took 1.5 GB.
 */
const CODING = 'gzip';

/**
 * Middleware: reads JSON bodies of at most `limit` bytes, and refuses others. An empty body counts as none, whatever its
 * headers say. The hub reads its forms itself.
 */
export function bodies(limit: number): RequestHandler {
  const usual = jsonOf({ bytes: limit, values: MAX_VALUES });
  const special = new Map([...ofPaths].map(([path, limits]) => [path, jsonOf(limits)]));
  return (request, response, next) => {
    if (!hasBody(request) || request.path === HUB_PATH || isStreamed(request)) return next();
    const read = special.get(request.path) ?? usual;
    if (isChunked(request)) whenChunkArrives(request, response, read, next);
    else read(request, response, next);
  };
}

const isChunked = ({ headers }: Request): boolean => headers['transfer-encoding'] !== undefined;

/** Whether a chunked body is empty is known only when its first byte or its end arrives. */
function whenChunkArrives(
  request: Request,
  response: Response,
  read: RequestHandler,
  next: NextFunction,
): void {
  request.once('readable', () => {
    if (request.readableLength === 0) return next();
    try {
      void read(request, response, next);
    } catch (error) {
      next(error);
    }
  });
}

/** @throws Problem `unsupported-media-type` */
function refuseOtherMediaTypes(request: Request): void {
  if (request.headers['content-type'] === MEDIA_TYPES[0]) return; // saves the parsing of the header
  if (request.is(MEDIA_TYPES) && isUtf8Charset(request)) return;
  const given = request.headers['content-type'] ?? 'missing';
  const header = request.method === 'PATCH' ? 'Accept-Patch' : 'Accept-Post'; // RFC 5789, W3C LDP 7.1
  throw new Problem(
    'unsupported-media-type',
    `Content-Type is ${given}. Send JSON in UTF-8 as ${MEDIA_TYPES[0]}.`,
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
    `The Content-Encoding ${coding} is not supported. Send the body with ${CODING}, or uncompressed.`,
    { headers: { 'Accept-Encoding': CODING } }, // RFC 9110, 12.5.3
  );
}

/** JSON is UTF-8 (RFC 8259, 8.1). */
function isUtf8Charset(request: Request): boolean {
  const [, charset] =
    /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(request.headers['content-type']!) ?? [];
  return charset === undefined || /^utf-?8$/i.test(charset);
}

/** Bodies of known length are read directly, and others by the parser of Express. */
function jsonOf({ bytes: limit, values }: BodyLimits): RequestHandler {
  const parse = bounded(limit, express.raw({ limit, type: MEDIA_TYPES }));
  return (request, response, next) => {
    refuseOtherMediaTypes(request);
    refuseOtherCodings(request);
    const proceed = (error?: unknown): void => {
      if (error !== undefined) return next(error);
      setBody(request, values, next);
    };
    if (hasKnownLength(request, limit)) readDirectly(request, proceed);
    else void parse(request, response, proceed);
  };
}

const hasKnownLength = ({ headers }: Request, limit: number): boolean =>
  headers['transfer-encoding'] === undefined &&
  headers['content-encoding'] === undefined &&
  Number(headers['content-length']) <= limit;

/** Node ends the request after as many bytes as its Content-Length says. */
function readDirectly(request: Request, done: (error?: unknown) => void): void {
  const chunks: Buffer[] = [];
  request
    .on('data', (chunk: Buffer) => chunks.push(chunk))
    .once('error', () => done(incomplete()))
    .once('end', () => {
      request.body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
      done();
    });
}

function setBody(request: Request, maxValues: number, next: NextFunction): void {
  const bytes = request.body as Buffer;
  request.bodyBytes = bytes.length;
  try {
    request.body = parseJson(bytes, maxValues);
  } catch (error) {
    return next(error);
  }
  next();
}

/** Reads a body with a parser of Express, and refuses it as soon as it has more than `limit` bytes. */
export const bounded =
  (limit: number, parse: RequestHandler): RequestHandler =>
  (request: Request, response: Response, next: NextFunction): void => {
    let answered = false;
    const proceed = (error?: unknown): void => {
      if (!answered) next(error);
      answered = true;
    };
    onTooLarge(request, limit, () => proceed(tooLarge(limit)));
    void parse(request, response, (error?: unknown) => proceed(error && toProblem(error, limit)));
  };

/** Refuses the body immediately. The parser would first read all of it, however large it is. */
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
  new Problem('content-too-large', `The body is too large. The maximum is ${limit} bytes.`);

const incomplete = (): Problem => new Problem('malformed-request', 'The body is incomplete.');

/** Errors of the parser have a `type`: https://github.com/expressjs/body-parser#errors */
function toProblem(error: unknown, limit: number): unknown {
  const { type, message, status } = error as { type?: string; message: string; status?: number };
  switch (type) {
    case 'entity.too.large':
      return tooLarge(limit);
    case 'request.aborted':
    case 'request.size.invalid':
      return incomplete();
    default:
      if (status !== 400 || error instanceof Problem) return error;
      return new Problem('malformed-request', `The body cannot be decompressed: ${message}.`);
  }
}
