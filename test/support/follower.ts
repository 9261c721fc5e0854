import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventPage } from '@carillon/nestjs/internal';

/** Milliseconds before the next attempt. */
const PAUSE = 20;

export interface FollowedEvent {
  readonly type: string;
  readonly id: string | undefined;
  readonly data: unknown;
}

export interface FollowerOptions {
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Reads JSON pages, each from the next node, instead of a stream. */
  readonly pages?: boolean;
}

/** A subscriber from the oldest event on. When a connection ends, it goes on at the next node with its cursor. */
export class Follower {
  readonly events: FollowedEvent[] = [];
  readonly resets: unknown[] = [];
  /** Responses that a subscriber does not expect, whatever has been killed. */
  readonly refusals: string[] = [];
  /** Responses with events. */
  responses = 0;
  #cursor = 'earliest';
  readonly #abort = new AbortController();
  readonly #ended: Promise<void>;

  constructor(
    private readonly nodes: readonly { readonly url: string }[],
    private readonly options: FollowerOptions,
    private at = 0,
  ) {
    this.#ended = this.#follow();
  }

  async close(): Promise<void> {
    this.#abort.abort();
    await this.#ended;
  }

  async #follow(): Promise<void> {
    while (!this.#abort.signal.aborted) {
      const hasRead = await this.#read().catch(() => false);
      this.at++;
      if (!hasRead) await sleep(PAUSE);
    }
  }

  /** @returns whether to continue at once. */
  async #read(): Promise<boolean> {
    const { path, headers, pages } = this.options;
    const response = await fetch(this.nodes[this.at % this.nodes.length]!.url + path, {
      headers: {
        ...headers,
        Accept: pages ? 'application/json' : 'text/event-stream',
        'Last-Event-ID': this.#cursor,
      },
      signal: this.#abort.signal,
    });
    if (response.ok) {
      this.responses++;
      await (pages ? this.#readPage(response) : this.#readStream(response));
    } else if (response.status !== 503)
      this.refusals.push(`${response.status} ${await response.text()}`);
    return response.ok && pages === true;
  }

  async #readPage(response: Response): Promise<void> {
    const { events, cursor, reset } = (await response.json()) as EventPage;
    if (reset) this.resets.push(reset);
    this.events.push(...events);
    this.#cursor = cursor;
  }

  async #readStream(response: Response): Promise<void> {
    const parser = createParser({ onEvent: (event) => this.#receive(event) });
    const decoder = new TextDecoder();
    for await (const chunk of response.body!)
      parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
  }

  #receive({ event: type = 'message', id, data: text }: EventSourceMessage): void {
    this.#cursor = id ?? this.#cursor;
    const data: unknown = JSON.parse(text);
    if (type === 'reset') this.resets.push(data);
    else if (type !== 'heartbeat') this.events.push({ type, id, data });
  }
}
