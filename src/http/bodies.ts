import type { NextFunction, Request, RequestHandler, Response } from 'express';
import express from 'express';
import { isUtf8 } from 'node:buffer';
import { Problem } from './problems.js';

export const BODY_LIMIT = 64 * 1024; // bytes

/** A JSON Merge Patch (RFC 7396) is what PATCH takes; both names mean the same here. */
const MEDIA_TYPES = ['application/json', 'application/merge-patch+json'];

/** Reads JSON bodies, and says of any other body what would be right. */
export const bodies: RequestHandler[] = [refuseOtherMediaTypes, readJson];

const json = express.json({ limit: BODY_LIMIT, type: MEDIA_TYPES, verify: refuseInvalidUtf8 });

function readJson(request: Request, response: Response, next: NextFunction): void {
  json(request, response, (error?: unknown) => next(error && toProblem(error)));
}

/** The parser's errors have a `type`: https://github.com/expressjs/body-parser#errors */
function toProblem(error: unknown): unknown {
  const { type, message } = error as { type?: string; message: string };
  switch (type) {
    case 'entity.parse.failed':
      return new Problem('malformed-request', `The body is not JSON: ${message}.`);
    case 'entity.too.large':
      return new Problem('content-too-large', `The body may have at most ${BODY_LIMIT} bytes.`);
    case 'charset.unsupported':
    case 'encoding.unsupported':
      return new Problem('unsupported-media-type', `${message}; send UTF-8, plain or gzip.`);
    case 'request.aborted':
    case 'request.size.invalid':
      return new Problem('malformed-request', 'The body ended early.');
    default:
      return error;
  }
}

function refuseOtherMediaTypes(request: Request, _response: Response, next: NextFunction): void {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  const hasBody = encoding !== undefined || Number(length) > 0;
  if (!hasBody || request.is(MEDIA_TYPES)) return next();
  const given = request.headers['content-type'] ?? 'not there';
  const header = request.method === 'PATCH' ? 'Accept-Patch' : 'Accept-Post'; // RFC 5789, W3C LDP 7.1
  throw new Problem(
    'unsupported-media-type',
    `Content-Type is ${given}; send JSON as ${MEDIA_TYPES[0]}.`,
    { headers: { [header]: MEDIA_TYPES.join(', ') } },
  );
}

/** The parser would put U+FFFD in place of what it cannot decode, and the client would never know. */
function refuseInvalidUtf8(
  _request: unknown,
  _response: unknown,
  body: Buffer,
  encoding: string,
): void {
  if (encoding === 'utf-8' && !isUtf8(body))
    throw new Problem('malformed-request', 'The body is not valid UTF-8.');
}
