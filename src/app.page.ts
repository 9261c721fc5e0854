import type { ServeStaticModuleOptions } from '@nestjs/serve-static';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { sessionCookiesIn } from './accounts/session-cookie.js';
import type { Config } from './config.js';
import { noRoute } from './http/allowed-methods.js';
import { AcceptedCodings, CODINGS, type ContentCoding } from './http/content-codings.js';
import { entityTag } from './http/entity-tags.js';
import { bestCoding, evaluateIfNoneMatch } from './http/negotiated-reads.js';
import { checkIfMatch } from './http/preconditions.js';

const FOLDER = join(import.meta.dirname, '..', 'dist', 'client');
const HTML = '/index.html';

const NOT_KEPT = 'no-cache';

/** The suffixes of the files that `npm run build` has compressed. */
const ENDINGS = { br: '.br', gzip: '.gz', identity: '' } as const;

/** The files of the page, as built by `npm run build`. */
export const page: ServeStaticModuleOptions = {
  rootPath: FOLDER,
  renderPath: '/',
  // negotiatePage sets the validators. Files as small as these need no ranges and no dates.
  serveStaticOptions: { etag: false, lastModified: false, acceptRanges: false, redirect: false },
};

interface PageFile {
  /** The content in a coding, if the build has not compressed the file. */
  readonly content?: (coding: ContentCoding) => Buffer;
  readonly tag: string;
  readonly type: string;
  /** From which the best is selected. Others are sent only to clients that accept none of these. */
  readonly codings: readonly ContentCoding[];
  readonly cacheControl: string;
  /** The request headers that select the representation. */
  readonly vary: string;
}

/** The page whose code the HTML preloads: `client/preload.ts`. */
type PageName = 'Visitor' | 'Member';

/** Middleware: selects the best content coding in which a file of the page was built, and sets its headers. */
export function negotiatePage(config: Config): RequestHandler {
  const exists = existsSync(FOLDER);
  const files = exists ? readFiles() : new Map<string, PageFile>();
  const html = exists ? describeHtml(settingsOf(config)) : undefined;
  return (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    const path = pathOf(request);
    const file = path === HTML ? html?.[pageFor(request)] : files.get(path);
    if (file) return selectCoding(path, file, response, next);
    // Compressed files have no URL of their own, because they would be sent without a type and a coding.
    const original = path.replace(/\.(?:br|gz)$/, '');
    if (original === HTML || files.has(original)) throw noRoute(request);
    next();
  };
}

/** What the page has to know before its first frame: `client/src/settings.ts`. */
const settingsOf = (config: Config): object => ({
  features: config.FEATURES,
  directory: config.DIRECTORY,
  passwords: config.PASSWORDS,
  issuer: config.AUTH_ISSUER,
  maxFileBytes: config.FILES_MAX_BYTES,
});

/**
 * The session may have expired, and the cookies of a request from another site are ignored, even if the user follows a link
 * (`src/http/origins.ts`). The page then loads the code that it needs when it knows the session.
 */
const pageFor = (request: Request): PageName =>
  sessionCookiesIn(request).length > 0 ? 'Member' : 'Visitor';

/** All files except the HTML. */
function readFiles(): Map<string, PageFile> {
  const found = readdirSync(FOLDER, { recursive: true, withFileTypes: true });
  const paths = found
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(FOLDER.length))
    .map((path) => path.replaceAll(sep, '/'));
  const all = new Set(paths);
  const originals = paths.filter((path) => path !== HTML && !/\.(?:br|gz)$/.test(path));
  return new Map(originals.map((path) => [path, describeFile(path, all)]));
}

/** The Content-Security-Policy allows no inline scripts, so the settings are the content of a meta element. */
function describeHtml(settings: object): Record<PageName, PageFile> {
  const content = JSON.stringify(settings)
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;');
  const meta = `<meta name="carillon-settings" content="${content}" />`;
  const built = readFileSync(join(FOLDER, HTML), 'utf8');
  const html = built.replace('</head>', () => `  ${meta}\n  </head>`);
  const htmlWithout = (other: PageName): PageFile => {
    const links = new RegExp(`\\s*<link [^>]*data-page="${other}"[^>]*>`, 'g');
    const identity = Buffer.from(html.replaceAll(links, ''));
    return {
      content: compressed(identity),
      tag: entityTag(identity),
      type: '.html',
      codings: CODINGS,
      cacheControl: NOT_KEPT,
      vary: 'Accept-Encoding, Cookie',
    };
  };
  return { Visitor: htmlWithout('Member'), Member: htmlWithout('Visitor') };
}

function describeFile(path: string, all: ReadonlySet<string>): PageFile {
  const content = readFileSync(join(FOLDER, path));
  const codings = CODINGS.filter((coding) => all.has(path + ENDINGS[coding]));
  return {
    // The build leaves out small files and images, which compression makes hardly smaller.
    ...(codings.length < CODINGS.length && { content: compressed(content) }),
    tag: entityTag(content),
    type: posix.extname(path),
    codings,
    // Names in this folder contain a digest, so the content never changes. The service worker has a fixed name.
    cacheControl: path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : NOT_KEPT,
    vary: 'Accept-Encoding',
  };
}

const COMPRESS: Record<ContentCoding, (content: Buffer) => Buffer> = {
  identity: (content) => content,
  br: brotliCompressSync,
  gzip: gzipSync,
};

/** Compresses when a client first asks for it: at the start it would take longer than everything else here. */
function compressed(identity: Buffer): (coding: ContentCoding) => Buffer {
  const contents = new Map<ContentCoding, Buffer>();
  return (coding) => {
    const content = contents.get(coding) ?? COMPRESS[coding](identity);
    contents.set(coding, content);
    return content;
  };
}

/** @throws Problem `precondition-failed`, `malformed-request`, `not-acceptable` */
function selectCoding(
  path: string,
  { content, tag, type, codings, cacheControl, vary }: PageFile,
  response: Response,
  next: NextFunction,
): void {
  const { req: request } = response;
  checkIfMatch(request.get('If-Match'), tag);
  const accepted = new AcceptedCodings(request.get('Accept-Encoding'));
  const coding = accepted.best(codings) ?? bestCoding(accepted, CODINGS);
  response.vary(vary).set('Cache-Control', cacheControl);
  if (evaluateIfNoneMatch(response, tag, coding)) return void response.end();
  response.type(type);
  if (coding !== 'identity') response.set('Content-Encoding', coding);
  if (content) return sendContent(response, content(coding));
  // These headers are already evaluated, or have no meaning because there is no Last-Modified. serve-static must not
  // evaluate them again.
  for (const name of Object.keys(request.headers))
    if (name.startsWith('if-')) delete request.headers[name];
  request.url = path + ENDINGS[coding];
  next();
}

/** Without `response.send`, which would negotiate the content again. */
function sendContent(response: Response, content: Buffer): void {
  response.set('Content-Length', String(content.length));
  response.end(response.req.method === 'HEAD' ? undefined : content);
}

/** The decoded path. If it cannot be decoded, it matches no file. */
function pathOf({ path }: Request): string {
  try {
    const normalized = posix.normalize(decodeURIComponent(path));
    return normalized === '/' ? HTML : normalized;
  } catch {
    return path;
  }
}
