import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import http from 'node:http';
import https from 'node:https';
import { Config } from '../config.js';
import { isPrivateHost, lookupPublic } from './public-addresses.js';

/** Milliseconds for which a connection to a push service is kept for the next request. */
const KEPT_FOR = 30_000;

export interface PushRequest {
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface PushAnswer {
  readonly status: number;
  /** Seconds; `undefined` unless the service says so. */
  readonly retryAfter: number | undefined;
}

/** Sends requests to push services. Unless the operator allows it, it connects to public addresses only. */
@Injectable()
export class PushService implements OnModuleDestroy {
  readonly #agent: https.Agent;
  readonly #plainAgent = new http.Agent();

  constructor(private readonly config: Config) {
    const guard = config.PUSH_PRIVATE_ADDRESSES ? {} : { lookup: lookupPublic };
    this.#agent = new https.Agent({ keepAlive: true, timeout: KEPT_FOR, ...guard });
  }

  onModuleDestroy(): void {
    this.#agent.destroy();
    this.#plainAgent.destroy();
  }

  /** What is wrong with the URL of an endpoint, as the end of a sentence. */
  mistakeIn(endpoint: string): string | undefined {
    const url = URL.parse(endpoint);
    const { PUSH_PRIVATE_ADDRESSES: allowsPrivate } = this.config;
    const isPlain = url?.protocol === 'http:' && allowsPrivate;
    if (!url || (url.protocol !== 'https:' && !isPlain)) return 'must be an https URL';
    // Browsers encode them. In UTF-8, a long endpoint would be too large for an index of PostgreSQL.
    if (!/^[!-~]+$/.test(endpoint)) return 'must have only printable ASCII characters';
    if (url.username || url.password || url.hash) return 'must have no credentials and no fragment';
    return !allowsPrivate && isPrivateHost(url) ? 'must have a public address' : undefined;
  }

  /**
   * Redirects are not followed: they could lead anywhere.
   *
   * @throws Error the service was not reached, or did not answer in time.
   */
  post({ endpoint, headers, body }: PushRequest, stopped: AbortSignal): Promise<PushAnswer> {
    const mistake = this.mistakeIn(endpoint);
    if (mistake) return Promise.reject(new Error(`The endpoint ${mistake}`));
    const isPlain = endpoint.startsWith('http:');
    const agent = isPlain ? this.#plainAgent : this.#agent;
    const signal = AbortSignal.any([stopped, AbortSignal.timeout(this.config.PUSH_TIMEOUT)]);
    return new Promise((resolve, reject) => {
      const request = (isPlain ? http : https).request(endpoint, {
        method: 'POST',
        headers: { ...headers, 'Content-Length': body.length },
        agent,
        signal,
      });
      request.on('error', reject);
      request.on('response', (response) => {
        response.on('error', reject).resume();
        const retryAfter = Number(response.headers['retry-after'] ?? NaN);
        resolve({
          status: response.statusCode!,
          retryAfter: retryAfter >= 0 ? retryAfter : undefined,
        });
      });
      request.end(body);
    });
  }
}
