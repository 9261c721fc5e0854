import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { SignJWT } from 'jose';
import { type RunningApplication, startApplication } from './application.js';
import { until } from './wait.js';

export const PUBLISHER_KEY = 'a shared secret for the tokens of publishers';
export const SUBSCRIBER_KEY = 'a shared secret for the tokens of subscribers';
export const ISSUER = 'https://shop.example.com';
export const RESOURCE = 'https://hub.example.com/.well-known/mercure';
export const DETAIL = 'https://mercure.rocks/authorization-detail';

/** A hub that accepts only tokens of the current version of the protocol. */
export const STRICT = {
  MERCURE_PUBLISHER_JWT_KEY: PUBLISHER_KEY,
  MERCURE_SUBSCRIBER_JWT_KEY: SUBSCRIBER_KEY,
  MERCURE_TRUSTED_ISSUERS: ISSUER,
  MERCURE_EXTRA_DIRECTIVES: `anonymous\nsubscriptions\nresource_identifier ${RESOURCE}`,
};

/** A hub as earlier versions were set up: with keys only. */
export const COMPATIBLE = {
  MERCURE_PUBLISHER_JWT_KEY: PUBLISHER_KEY,
  MERCURE_SUBSCRIBER_JWT_KEY: SUBSCRIBER_KEY,
  MERCURE_EXTRA_DIRECTIVES: 'anonymous',
};

type Matcher = string | { readonly match: string; readonly match_type?: string };

export const detail = (action: string, ...topics: readonly Matcher[]) => ({
  type: DETAIL,
  actions: [action],
  topics: topics.map((topic) => (typeof topic === 'string' ? { match: topic } : topic)),
});

export const urlpattern = (match: string) => ({ match, match_type: 'urlpattern' });

export interface TokenOptions {
  readonly key?: string;
  readonly header?: Readonly<Record<string, unknown>>;
}

/** A claim that is undefined is left out. */
type Claims = Readonly<Record<string, unknown>>;

/** Signs claims as they are. */
export const sign = (
  claims: Claims,
  { key = PUBLISHER_KEY, header = {} }: TokenOptions = {},
): Promise<string> =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', ...header })
    .sign(new TextEncoder().encode(key));

/** A token of the current version of the protocol. */
export const accessToken = (claims: Claims, options: TokenOptions = {}): Promise<string> =>
  sign(
    {
      iss: ISSUER,
      aud: RESOURCE,
      sub: 'shop',
      client_id: 'shop',
      iat: Math.floor(Date.now() / 1000),
      exp: Math.floor(Date.now() / 1000) + 300,
      jti: 'one',
      ...claims,
    },
    { ...options, header: { typ: 'at+jwt', ...options.header } },
  );

export const publisherToken = (...topics: readonly Matcher[]): Promise<string> =>
  accessToken({ authorization_details: [detail('publish', ...topics)] });

export const subscriberToken = (...topics: readonly Matcher[]): Promise<string> =>
  accessToken({ authorization_details: [detail('subscribe', ...topics)] }, { key: SUBSCRIBER_KEY });

/** A running hub and its clients. */
export class TestHub {
  readonly #subscribers: HubSubscriber[] = [];

  private constructor(readonly application: RunningApplication) {}

  static async start(environment: Record<string, string>): Promise<TestHub> {
    return new TestHub(await startApplication(environment));
  }

  get url(): string {
    return `${this.application.url}/.well-known/mercure`;
  }

  publish(fields: Record<string, string> | [string, string][], token?: string): Promise<Response> {
    return this.post(new URLSearchParams(fields), {
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    });
  }

  post(body: string | URLSearchParams, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.url, { method: 'POST', body, headers });
  }

  get(path: string, token?: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.application.url}${path}`, {
      headers: { ...headers, ...(token !== undefined && { Authorization: `Bearer ${token}` }) },
    });
  }

  /** @param query parameters, of which a list repeats its name. */
  async subscribe(
    query: string | Record<string, string | readonly string[]>,
    token?: string,
    headers: Record<string, string> = {},
  ): Promise<HubSubscriber> {
    const text = typeof query === 'string' ? query : queryOf(query);
    const abort = new AbortController();
    const response = await fetch(`${this.url}?${text}`, {
      signal: abort.signal,
      headers: {
        Accept: 'text/event-stream',
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...headers,
      },
    });
    const subscriber = new HubSubscriber(response, abort);
    this.#subscribers.push(subscriber);
    return subscriber;
  }

  async stop(): Promise<void> {
    for (const subscriber of this.#subscribers) subscriber.close();
    await this.application.stop();
  }
}

const queryOf = (query: Record<string, string | readonly string[]>): string =>
  new URLSearchParams(
    Object.entries(query).flatMap(([name, values]) =>
      [values].flat().map((value): [string, string] => [name, value]),
    ),
  ).toString();

/** One open stream. */
export class HubSubscriber {
  readonly events: EventSourceMessage[] = [];
  readonly comments: string[] = [];
  body = '';
  retry: number | undefined;
  hasEnded = false;

  constructor(
    readonly response: Response,
    private readonly abort: AbortController,
  ) {
    if (response.ok) void this.#read();
  }

  get data(): string[] {
    return this.events.map(({ data }) => data);
  }

  header(name: string): string | null {
    return this.response.headers.get(name);
  }

  until(condition: (subscriber: this) => boolean): Promise<void> {
    return until(() => condition(this));
  }

  receives(count: number): Promise<void> {
    return this.until(({ events }) => events.length >= count);
  }

  close(): void {
    this.abort.abort();
  }

  async #read(): Promise<void> {
    const parser = createParser({
      onEvent: (event) => this.events.push(event),
      onComment: (comment) => this.comments.push(comment),
      onRetry: (retry) => (this.retry = retry),
    });
    const decoder = new TextDecoder();
    try {
      for await (const chunk of this.response.body!) {
        const text = decoder.decode(chunk as Uint8Array, { stream: true });
        this.body += text;
        parser.feed(text);
      }
    } catch {
      // The test has closed it.
    }
    this.hasEnded = true;
  }
}
