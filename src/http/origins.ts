import { Injectable, Logger } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { isIP } from 'node:net';
import { Config } from '../config.js';
import { Problem, shorten } from './problems.js';

/** UTF-16 code units of what a log line repeats of a request. */
const LONGEST_LOGGED = 300;
const SAFE = ['GET', 'HEAD', 'OPTIONS'];
const FORWARDED = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'];

declare module 'express-serve-static-core' {
  interface Request {
    /** Whether a cookie that is set with the response must be `Secure`. */
    needsSecureCookie?: boolean;
    /** Not from a page of another origin: it must neither use its visitor's sign-in nor replace it. */
    takesCookies?: boolean;
  }
}

/**
 * Decides which hosts and which pages may use the service, from `PUBLIC_URL` and `CORS_ORIGINS`. URLs are compared as
 * parsed: scheme, host in any case, default port.
 *
 * These checks protect people with a browser, which sends what any page tells it to. Other clients choose their `Host`
 * and `Origin` themselves, so nothing is gained by checking those.
 */
@Injectable()
export class Origins {
  readonly #logger = new Logger(Origins.name);
  readonly #publicUrls: readonly string[];
  readonly #pages: ReadonlySet<string>;
  readonly #ignoresProxy: boolean;
  readonly #warned = new Set<string>();

  constructor({ PUBLIC_URL, CORS_ORIGINS, TRUST_PROXY }: Config) {
    this.#publicUrls = PUBLIC_URL;
    // Where all pages may call, none is trusted more than the others.
    this.#pages = new Set(CORS_ORIGINS.includes('*') ? ['*'] : CORS_ORIGINS);
    this.#ignoresProxy = TRUST_PROXY === 'false';
  }

  /**
   * Middleware for every request, whether a route, a file or nothing answers it.
   *
   * @throws Problem `misdirected-request`: a browser uses a host that is not one of this service;
   *   `cross-site-request`: a page of another origin writes, or opens a stream with its visitor's cookie.
   */
  readonly check = (request: Request, _response: Response, next: NextFunction): void => {
    this.#warnOfIgnoredProxy(request);
    const hosts = hostsOf(request);
    const isForeign = this.#isForeign(request, hosts);
    const refusal = this.#refusalOf(request, hosts, isForeign);
    if (refusal) {
      this.#logRefusal(request, refusal);
      throw refusal;
    }
    if (isForeign) delete request.headers.cookie;
    request.takesCookies = !isForeign;
    request.needsSecureCookie = this.#needsSecureCookie(request, hosts);
    next();
  };

  #refusalOf(request: Request, hosts: readonly string[], isForeign: boolean): Problem | undefined {
    if (hasSeveralHosts(request))
      return new Problem('malformed-request', 'A request has one Host header, not several.');
    const unknown = hosts.find((host) => !this.#isOwnHost(host));
    if (unknown !== undefined && isBrowser(request)) return this.#misdirected(request, unknown);
    return isForeign && this.#isForOwnPages(request) ? foreign(request) : undefined;
  }

  /** The log of the requests has no line of it: that middleware comes later. */
  #logRefusal({ id, method, path }: Request, refusal: Problem): void {
    const req = { id, method, path: shorten(path, LONGEST_LOGGED) };
    const res = { statusCode: refusal.getStatus() };
    const reason = shorten(refusal.message, LONGEST_LOGGED);
    this.#logger.log({ req, res, reason }, 'request refused');
  }

  /** Without `PUBLIC_URL` a name is not trusted: its owner can let it point here (DNS rebinding). */
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

  /** Whether a page of another origin may not do it. Whatever else it does, it does without its visitor's cookie. */
  #isForOwnPages({ headers, method }: Request): boolean {
    const isStream = headers.accept?.includes('text/event-stream') && headers.cookie !== undefined;
    return !this.#pages.has('*') && (isStream || !SAFE.includes(method));
  }

  /** Without TLS a browser keeps a `Secure` cookie only where it takes the connection for safe all the same. */
  #needsSecureCookie({ secure }: Request, hosts: readonly string[]): boolean {
    const urls = hosts.flatMap((host) => this.#urlsOf(host));
    if (urls.length > 0) return secure || !urls.some((url) => schemeOf(url) === 'http:');
    return secure || !hosts.every((host) => isLocalHost(host));
  }

  #misdirected(request: Request, host: string): Problem {
    const isSet = this.#publicUrls.length > 0;
    const detail = isSet
      ? `"${host}" is not in PUBLIC_URL. The operator has to add its URL there, or have the proxy pass on the Host that browsers send.`
      : `This service does not know the name "${host}". The operator has to set PUBLIC_URL, for example PUBLIC_URL=${request.protocol}://${host}.`;
    this.#warnOnce('host', detail);
    return new Problem('misdirected-request', detail);
  }

  #warnOfIgnoredProxy({ headers }: Request): void {
    if (!this.#ignoresProxy) return;
    const header = FORWARDED.find((name) => headers[name] !== undefined);
    if (header)
      this.#warnOnce(
        'proxy',
        `A request has ${header}, which is ignored. Set TRUST_PROXY if a proxy is in front.`,
      );
  }

  #warnOnce(subject: string, message: string): void {
    if (this.#warned.has(subject)) return;
    this.#warned.add(subject);
    this.#logger.warn(message);
  }
}

/**
 * Whether a browser may have sent a request. `Origin` and `Sec-Fetch-Site` come with few requests over plain HTTP, but
 * every browser sends `User-Agent: Mozilla/…`, which some let a page change, and `Accept-Language`, which none lets a
 * page remove. Node's `fetch` sends the latter, too, and `Sec-Fetch-Mode`, which no page can add.
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

/** Node takes the first, a proxy or a cache perhaps another (RFC 9112, 3.2). */
const hasSeveralHosts = ({ rawHeaders }: Request): boolean =>
  rawHeaders.filter((text, n) => n % 2 === 0 && /^host$/i.test(text)).length > 1;

/** What the client takes the service for. Proxies that append make a list, whose first entries a client can forge. */
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
    `A page of ${request.get('Origin') ?? 'another site'} may not do this unless CORS_ORIGINS lists its origin.`,
  );

const isLocalName = (hostname: string): boolean => /^(.+\.)?localhost$/.test(hostname);

const isLocalHost = (host: string): boolean => {
  const { hostname = '' } = parse(`http://${host}`) ?? {};
  return isLocalName(hostname) || hostname === '127.0.0.1' || hostname === '[::1]';
};

const schemeOf = (origin: string): string => origin.slice(0, origin.indexOf(':') + 1);

/** In the form in which origins are compared; `undefined` where it is none, as `null`. */
const originOf = (url: string | undefined): string | undefined => parse(url ?? '')?.origin;

const parse = (url: string): URL | undefined => URL.parse(url) ?? undefined;
