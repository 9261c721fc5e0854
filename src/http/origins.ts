import { Injectable, Logger } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { isIP } from 'node:net';
import { Config } from '../config.js';
import { Problem, shorten } from './problems.js';
import { RequestStatistics } from './request-statistics.js';
import { remembering } from './recent-values.js';

/** Maximum length of request data in a log line, in UTF-16 code units. */
const MAX_LOGGED_LENGTH = 300;
const SAFE = ['GET', 'HEAD', 'OPTIONS'];
const FORWARDED = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'];

declare module 'express-serve-static-core' {
  interface Request {
    /** Whether a cookie in the response must be `Secure`. */
    needsSecureCookie?: boolean;
    /** False for a page of another origin: it must neither use nor replace the session of its visitor. */
    takesCookies?: boolean;
  }
}

/**
 * Decides which hosts and pages may use the service, from `PUBLIC_URL` and `CORS_ORIGINS`. URLs are compared after
 * parsing: scheme, case-insensitive host, default port.
 *
 * These checks protect users of browsers, which send whatever any page requests. Other clients choose their `Host` and
 * `Origin` themselves, so checking them would be pointless.
 */
@Injectable()
export class Origins {
  readonly #logger = new Logger(Origins.name);
  readonly #publicUrls: readonly string[];
  readonly #pages: ReadonlySet<string>;
  readonly #ignoresProxy: boolean;
  readonly #warned = new Set<string>();

  constructor(
    { PUBLIC_URL, CORS_ORIGINS, TRUST_PROXY }: Config,
    private readonly statistics: RequestStatistics,
  ) {
    this.#publicUrls = PUBLIC_URL;
    // If all pages may call, no page is trusted more than others.
    this.#pages = new Set(CORS_ORIGINS.includes('*') ? ['*'] : CORS_ORIGINS);
    this.#ignoresProxy = TRUST_PROXY === 'false';
  }

  /**
   * Middleware for every request, including those for files and unknown paths.
   *
   * @throws Problem `misdirected-request`: a browser uses a host that does not belong to this service;
   *   `cross-site-request`: a page of another origin writes, or opens a stream with the cookie of its visitor.
   */
  readonly check = (request: Request, response: Response, next: NextFunction): void => {
    this.#warnOfIgnoredProxy(request);
    const hosts = hostsOf(request);
    const isForeign = this.#isForeign(request, hosts);
    const refusal = this.#refusalOf(request, hosts, isForeign);
    if (refusal) {
      // The middleware that logs and counts requests runs later.
      this.#logRefusal(request, refusal);
      this.statistics.countWhenClosed(request, response);
      throw refusal;
    }
    if (isForeign) delete request.headers.cookie;
    request.takesCookies = !isForeign;
    request.needsSecureCookie = this.#needsSecureCookie(request, hosts);
    next();
  };

  #refusalOf(request: Request, hosts: readonly string[], isForeign: boolean): Problem | undefined {
    if (hasSeveralHosts(request))
      return new Problem(
        'malformed-request',
        'The request has several Host headers. Send exactly one.',
      );
    const unknown = hosts.find((host) => !this.#isOwnHost(host));
    if (unknown !== undefined && isBrowser(request)) return this.#misdirected(request, unknown);
    return isForeign && this.#isForOwnPages(request) ? foreign(request) : undefined;
  }

  #logRefusal({ id, method, path }: Request, refusal: Problem): void {
    const req = { id, method, path: shorten(path, MAX_LOGGED_LENGTH) };
    const res = { statusCode: refusal.getStatus() };
    const reason = shorten(refusal.message, MAX_LOGGED_LENGTH);
    this.#logger.log({ req, res, reason }, 'request refused');
  }

  /** Without `PUBLIC_URL`, host names are not trusted: their owner can point them to this server (DNS rebinding). */
  #isOwnHost(host: string): boolean {
    if (this.#publicUrls.length > 0) return this.#urlsOf(host).length > 0;
    const { hostname = '' } = parse(`http://${host}`) ?? {};
    const isName = isIP(hostname.replace(/^\[|\]$/g, '')) === 0;
    return !isName || isLocalName(hostname);
  }

  #urlsOf(host: string): readonly string[] {
    return this.#publicUrls.filter((url) => originOf(`${schemeOf(url)}//${host}`) === url);
  }

  #isForeign(request: Request, hosts: readonly string[]): boolean {
    const origin = originOf(request.get('Origin'));
    if (origin && (this.#pages.has(origin) || this.#isOwnOrigin(origin, hosts))) return false;
    const site = request.get('Sec-Fetch-Site'); // W3C Fetch Metadata
    if (site) return site !== 'same-origin' && site !== 'none';
    return request.get('Origin') !== undefined;
  }

  #isOwnOrigin(origin: string, hosts: readonly string[]): boolean {
    if (this.#publicUrls.length > 0) return this.#publicUrls.includes(origin);
    const ofHosts = hosts.map((host) => originOf(`${schemeOf(origin)}//${host}`));
    return ofHosts.length > 0 && ofHosts.every((own) => own === origin);
  }

  /**
   * Whether a page of another origin is not allowed to send the request. Allowed requests are processed without the
   * cookie of the visitor.
   */
  #isForOwnPages({ headers, method }: Request): boolean {
    const isStream = headers.accept?.includes('text/event-stream') && headers.cookie !== undefined;
    return !this.#pages.has('*') && (isStream || !SAFE.includes(method));
  }

  /** Without TLS, a browser stores a `Secure` cookie only if it considers the connection secure anyway. */
  #needsSecureCookie({ secure }: Request, hosts: readonly string[]): boolean {
    const urls = hosts.flatMap((host) => this.#urlsOf(host));
    if (urls.length > 0) return secure || !urls.some((url) => schemeOf(url) === 'http:');
    return secure || !hosts.every((host) => isLocalHost(host));
  }

  #misdirected(request: Request, host: string): Problem {
    const isSet = this.#publicUrls.length > 0;
    const detail = isSet
      ? `"${host}" is not in PUBLIC_URL. The operator must add its URL to PUBLIC_URL, or make the proxy forward the Host header of the browser.`
      : `This service does not know the host name "${host}". The operator must set PUBLIC_URL, for example PUBLIC_URL=${request.protocol}://${host}.`;
    this.#warnOnce('host', detail);
    return new Problem('misdirected-request', detail);
  }

  #warnOfIgnoredProxy({ headers }: Request): void {
    if (!this.#ignoresProxy) return;
    const header = FORWARDED.find((name) => headers[name] !== undefined);
    if (header)
      this.#warnOnce(
        'proxy',
        `A request has the header ${header}, which is ignored. If requests come through a proxy, set TRUST_PROXY.`,
      );
  }

  #warnOnce(subject: string, message: string): void {
    if (this.#warned.has(subject)) return;
    this.#warned.add(subject);
    this.#logger.warn(message);
  }
}

/**
 * Whether a browser may have sent a request. Over plain HTTP, few requests have `Origin` and `Sec-Fetch-Site`. But
 * every browser sends `User-Agent: Mozilla/…`, which pages can change in some browsers, and `Accept-Language`, which
 * pages cannot remove. The `fetch` of Node also sends the latter, and `Sec-Fetch-Mode`, which pages cannot add.
 */
function isBrowser({ headers }: Request): boolean {
  return (
    headers.origin !== undefined ||
    headers.cookie !== undefined ||
    headers['sec-fetch-site'] !== undefined ||
    /^mozilla\//i.test(headers['user-agent'] ?? '') ||
    (headers['accept-language'] !== undefined && headers['sec-fetch-mode'] === undefined)
  );
}

/** Node uses the first one, but a proxy or cache may use another (RFC 9112, 3.2). */
function hasSeveralHosts({ rawHeaders }: Request): boolean {
  let count = 0;
  for (let n = 0; n < rawHeaders.length; n += 2) {
    const name = rawHeaders[n]!;
    if (name.length === 4 && name.toLowerCase() === 'host') count++;
  }
  return count > 1;
}

/** The hosts that the client addressed. Proxies that append create a list, whose first entries a client can forge. */
function hostsOf(request: Request): string[] {
  const isTrusted = request.app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  const forwarded = request.get('X-Forwarded-Host');
  const trusted = forwarded && isTrusted(request.socket.remoteAddress ?? '', 0);
  const hosts = trusted ? forwarded : request.get('Host');
  return hosts?.split(',').map((host) => host.trim()) ?? [];
}

const foreign = (request: Request): Problem =>
  new Problem(
    'cross-site-request',
    `Pages of ${request.get('Origin') ?? 'another site'} are not allowed to send this request. The operator can allow them in CORS_ORIGINS.`,
  );

const isLocalName = (hostname: string): boolean => /^(.+\.)?localhost$/.test(hostname);

const isLocalHost = (host: string): boolean => {
  const { hostname = '' } = parse(`http://${host}`) ?? {};
  return isLocalName(hostname) || hostname === '127.0.0.1' || hostname === '[::1]';
};

const schemeOf = (origin: string): string => origin.slice(0, origin.indexOf(':') + 1);

/** The origin in normalized form; `undefined` if it is not an origin, for example `null`. */
const originOf = (url: string | undefined): string | undefined => parse(url ?? '')?.origin;

const parse = remembering((url: string): URL | undefined => URL.parse(url) ?? undefined);
