import type { NestExpressApplication } from '@nestjs/platform-express';
import type { ServeStaticModuleOptions } from '@nestjs/serve-static';
import type { NextFunction, Request, Response } from 'express';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { noRoute } from './http/allowed-methods.js';
import { AcceptedCodings, CODINGS, type ContentCoding } from './http/content-codings.js';
import { entityTag } from './http/entity-tags.js';
import { bestCoding, evaluateIfNoneMatch } from './http/negotiated-reads.js';
import { checkIfMatch } from './http/preconditions.js';

const FOLDER = join(import.meta.dirname, '..', 'dist', 'client');

/** What the name of a file ends with that `npm run build` has compressed. */
const ENDINGS = { br: '.br', gzip: '.gz', identity: '' } as const;

/** The page's files, as `npm run build` made them. */
export const page: ServeStaticModuleOptions = {
  rootPath: FOLDER,
  renderPath: '/',
  // Negotiated below. Ranges and dates are of no use for files as small as these.
  serveStaticOptions: { etag: false, lastModified: false, acceptRanges: false, redirect: false },
};

interface PageFile {
  readonly tag: string;
  readonly type: string;
  readonly codings: readonly ContentCoding[];
  readonly cacheControl: string;
}

/** Has each file of the page sent in the best content coding that it was built in, with its headers. */
export function negotiatePage(app: NestExpressApplication): void {
  const files = existsSync(FOLDER) ? readFiles() : new Map<string, PageFile>();
  app.use((request: Request, response: Response, next: NextFunction) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    const path = pathOf(request);
    const file = files.get(path);
    if (file) return selectCoding(path, file, response, next);
    // They are not files of their own: as such they would have neither type nor coding.
    if (files.has(path.replace(/\.(?:br|gz)$/, ''))) throw noRoute(request);
    next();
  });
}

function readFiles(): Map<string, PageFile> {
  const found = readdirSync(FOLDER, { recursive: true, withFileTypes: true });
  const paths = found
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(FOLDER.length))
    .map((path) => path.replaceAll(sep, '/'));
  const all = new Set(paths);
  const originals = paths.filter((path) => !/\.(?:br|gz)$/.test(path));
  return new Map(originals.map((path) => [path, describeFile(path, all)]));
}

function describeFile(path: string, all: ReadonlySet<string>): PageFile {
  return {
    tag: entityTag(readFileSync(join(FOLDER, path))),
    type: posix.extname(path),
    codings: CODINGS.filter((coding) => all.has(path + ENDINGS[coding])),
    // All but the HTML has a digest in its name, so it never changes.
    cacheControl: path.endsWith('.html') ? 'no-cache' : 'public, max-age=31536000, immutable',
  };
}

/** @throws Problem `precondition-failed`, `malformed-request`, `not-acceptable` */
function selectCoding(
  path: string,
  { tag, type, codings, cacheControl }: PageFile,
  response: Response,
  next: NextFunction,
): void {
  const { req: request } = response;
  checkIfMatch(request.get('If-Match'), tag);
  const accepted = new AcceptedCodings(request.get('Accept-Encoding'));
  const coding = bestCoding(accepted, codings);
  response.vary('Accept-Encoding').set('Cache-Control', cacheControl);
  if (evaluateIfNoneMatch(response, tag, coding)) return void response.end();
  response.type(type);
  if (coding !== 'identity') response.set('Content-Encoding', coding);
  // Evaluated, or without meaning: there is no Last-Modified. serve-static must not do it in its own way.
  for (const name of Object.keys(request.headers))
    if (name.startsWith('if-')) delete request.headers[name];
  request.url = path + ENDINGS[coding];
  next();
}

/** As the file's name has it. What cannot be decoded names no file. */
function pathOf({ path }: Request): string {
  try {
    return path === '/' ? '/index.html' : posix.normalize(decodeURIComponent(path));
  } catch {
    return path;
  }
}
