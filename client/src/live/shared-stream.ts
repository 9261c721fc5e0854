import { uuid } from '../http/uuid.js';
import { Backoff } from './backoff.js';
import { Leadership } from './leadership.js';
import { openLiveStream, type LiveStatus, type LiveStream } from './live-stream.js';
import { placeOf, RecentlyTold, type Told } from './told.js';

/** What matters only now: it has no place in the order. */
export interface Ephemeral {
  readonly name: string;
  readonly data: unknown;
}

export interface SharedStreamOptions {
  /** The same in all tabs that may share. */
  readonly name: string;
  readonly url: string;
  readonly facts: readonly string[];
  readonly ephemerals: readonly string[];
  /** Fetches and applies the present state, and resolves to the cursor at which it was read. */
  readonly snapshot: (signal: AbortSignal) => Promise<string>;
  readonly onFact: (name: string, data: unknown, cursor: string) => void;
  readonly onEphemeral: (ephemeral: Ephemeral) => void;
  readonly onStatus: (status: LiveStatus) => void;
  /** What of the ephemeral a tab that joins has to be told. */
  readonly present: () => readonly Ephemeral[];
}

type Word =
  | { readonly kind: 'told'; readonly told: readonly Told[]; readonly to?: string }
  | { readonly kind: 'now'; readonly ephemerals: readonly Ephemeral[]; readonly to?: string }
  | { readonly kind: 'status'; readonly status: LiveStatus; readonly to?: string }
  | { readonly kind: 'since'; readonly cursor: string; readonly from: string }
  | { readonly kind: 'unknown'; readonly to: string }
  | { readonly kind: 'leading' }
  | { readonly kind: 'anew' }
  | { readonly kind: 'try now' };

/** An answer that has not come after this, in ms, will not come. */
const ANSWER = 1_000;

/**
 * One stream for all tabs of a browser. One tab leads: it holds the connection, and tells the
 * others what it hears, each event with the cursors before and behind it. So every tab knows for
 * itself what it has had already and whether something is missing, whoever leads and however
 * often that changes; what is missing it asks for, and where the leader no longer knows it,
 * it reads the snapshot again.
 */
export class SharedStream {
  readonly #options: SharedStreamOptions;
  readonly #leadership: Leadership;
  readonly #channel: BroadcastChannel | null;
  readonly #me = uuid();
  readonly #recent = new RecentlyTold();
  #cursor: string | null = null;
  #stream: LiveStream | null = null;
  #status: LiveStatus = { state: 'connecting' };
  #reading: AbortController | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  readonly #backoff = new Backoff();
  #asked = 0;
  #readAt = 0;
  #closed = false;

  constructor(options: SharedStreamOptions) {
    this.#options = options;
    this.#leadership = new Leadership(options.name);
    this.#channel = Leadership.isShared ? new BroadcastChannel(options.name) : null;
    this.#channel?.addEventListener('message', ({ data }: MessageEvent<Word>) => this.#hear(data));
    this.#leadership.stand({ lead: () => this.#lead(), follow: () => this.#read() });
  }

  get leads(): boolean {
    return this.#stream !== null;
  }

  reconnect(): void {
    if (this.#stream) this.#stream.reconnect();
    else this.#say({ kind: 'try now' });
  }

  close(): void {
    this.#closed = true;
    this.#stopReading();
    this.#stream?.close();
    this.#channel?.close();
    this.#leadership.resign();
  }

  #lead(): void {
    this.#stopReading();
    const { url, facts, ephemerals, snapshot } = this.#options;
    const told = facts.map((name) => [
      name,
      (data: unknown, id: string) => this.#pass(name, data, id),
    ]);
    const now = ephemerals.map((name) => [name, (data: unknown) => this.#passNow({ name, data })]);
    this.#stream = openLiveStream<Record<string, unknown>>({
      url,
      cursor: this.#cursor,
      snapshot: async (signal) => {
        this.#cursor = await snapshot(signal);
        // Of a database that was set back, cursors behind its head name what never was.
        this.#say({ kind: 'anew' });
        return this.#cursor;
      },
      on: Object.fromEntries([...told, ...now]) as Record<string, (data: unknown) => void>,
      onHeartbeat: (id) => this.#pass(null, null, id),
      onStatus: (status) => this.#report(status),
      // The others depend on it, in sight or not.
      hiddenFor: Infinity,
    });
    this.#say({ kind: 'leading' });
  }

  #pass(name: string | null, data: unknown, id: string): void {
    const told = { name, data, since: this.#cursor ?? id, id };
    this.#apply(told);
    this.#say({ kind: 'told', told: [told] });
  }

  #passNow(ephemeral: Ephemeral): void {
    this.#options.onEphemeral(ephemeral);
    this.#say({ kind: 'now', ephemerals: [ephemeral] });
  }

  #report(status: LiveStatus): void {
    this.#status = status;
    this.#options.onStatus(status);
    if (this.#stream) this.#say({ kind: 'status', status });
  }

  #apply(told: Told): void {
    this.#cursor = told.id;
    this.#recent.push(told);
    if (told.name !== null) this.#options.onFact(told.name, told.data, told.id);
  }

  #hear(word: Word): void {
    if (this.#closed || ('to' in word && word.to !== undefined && word.to !== this.#me)) return;
    if (word.kind === 'since') return this.#answer(word.cursor, word.from);
    if (word.kind === 'try now') return this.#stream?.reconnect();
    if (this.#stream) return;
    if (word.kind === 'told') return this.#take(word.told);
    if (word.kind === 'now') return word.ephemerals.forEach(this.#options.onEphemeral);
    if (word.kind === 'status') return this.#report(word.status);
    if (word.kind === 'leading') return this.#ask();
    if (word.kind === 'anew') return this.#read();
    this.#readSoon();
  }

  #answer(cursor: string, from: string): void {
    if (!this.#stream || this.#cursor === null) return;
    const told = this.#recent.after(cursor, this.#cursor);
    this.#say(told ? { kind: 'told', told, to: from } : { kind: 'unknown', to: from });
    this.#say({ kind: 'now', ephemerals: this.#options.present(), to: from });
    this.#say({ kind: 'status', status: this.#status, to: from });
  }

  #take(told: readonly Told[]): void {
    this.#asked = 0;
    for (const each of told) {
      // The snapshot is under way; it will ask for what came since.
      if (this.#cursor === null) return;
      const place = placeOf(each, this.#cursor);
      if (place === 'another epoch') return this.#readSoon();
      if (place === 'beyond a gap') return this.#ask();
      if (place === 'next') this.#attempt(each);
    }
  }

  #attempt(told: Told): void {
    try {
      this.#apply(told);
    } catch (error) {
      console.error('An event could not be applied', error);
      this.#read();
    }
  }

  #ask(): void {
    if (this.#cursor === null || Date.now() - this.#asked < ANSWER) return;
    this.#asked = Date.now();
    this.#say({ kind: 'since', cursor: this.#cursor, from: this.#me });
  }

  /** Not over and over, where the leader has yet to hear what this tab has read. */
  #readSoon(): void {
    this.#stopReading();
    this.#cursor = null;
    this.#retry = setTimeout(() => this.#read(), this.#readAt + ANSWER - Date.now());
  }

  /** A follower's own snapshot. */
  #read(): void {
    if (this.#closed || this.#stream) return;
    this.#stopReading();
    this.#cursor = null;
    this.#readAt = Date.now();
    const reading = new AbortController();
    this.#reading = reading;
    this.#options.snapshot(reading.signal).then(
      (cursor) => {
        if (reading.signal.aborted) return;
        this.#cursor = cursor;
        this.#backoff.reset();
        this.#asked = 0;
        this.#ask();
      },
      () => {
        if (reading.signal.aborted) return;
        this.#retry = setTimeout(() => this.#read(), this.#backoff.next());
      },
    );
  }

  #stopReading(): void {
    this.#reading?.abort();
    clearTimeout(this.#retry);
  }

  #say(word: Word): void {
    if (!this.#closed) this.#channel?.postMessage(word);
  }
}
