import type { FakeTab } from './tab-group.js';

interface Stream {
  readonly tab: FakeTab;
  readonly body: ReadableStreamDefaultController<Uint8Array>;
  /** Everything up to this position has been written. */
  sent: number;
}

interface Entry {
  readonly position: number;
  readonly name: string;
}

const EPOCHS = ['00000000', '00000001', '00000002', '00000003', '00000004', '00000005'];

/** A log in memory that is read with snapshots and streams, under the control of a test. */
export class FakeLog {
  down = false;
  readonly streams = new Set<Stream>();
  /** What was written in each epoch. */
  readonly #entries = new Map<string, Entry[]>([[EPOCHS[0]!, []]]);
  #epoch = EPOCHS[0]!;
  #head = 0;
  #count = 0;

  get cursor(): string {
    return `${this.#epoch}-${this.#head}`;
  }

  /** The names of the events up to a cursor. */
  namesAt(cursor: string): string[] {
    const [epoch, position] = cursor.split('-') as [string, string];
    const entries = this.#entries.get(epoch) ?? [];
    return entries.filter((entry) => entry.position <= Number(position)).map(({ name }) => name);
  }

  /** @param gap positions of events that the caller may not see. */
  publish(gap: number): void {
    this.#head += 1 + gap;
    const name = `event ${this.#count++}`;
    this.#entries.get(this.#epoch)!.push({ position: this.#head, name });
  }

  /** The database is restored from a backup: it has another epoch, and lacks the last events. */
  restore(lost: number): void {
    const kept = this.#entries.get(this.#epoch)!.slice(0, -lost);
    this.#epoch = EPOCHS[EPOCHS.indexOf(this.#epoch) + 1] ?? this.#epoch;
    if (!this.#entries.has(this.#epoch)) this.#entries.set(this.#epoch, kept);
    this.#head = this.#entries.get(this.#epoch)!.at(-1)?.position ?? 0;
    this.cut();
  }

  cut(): void {
    for (const stream of this.streams) stream.tab.run(() => close(stream));
    this.streams.clear();
  }

  snapshot(): string {
    if (this.down) throw new Error('The log cannot be reached.');
    return this.cursor;
  }

  readonly open = (tab: FakeTab, url: string, signal: AbortSignal): Response => {
    if (this.down) throw new TypeError('The log cannot be reached.');
    signal.throwIfAborted();
    let stream: Stream;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        stream = { tab, body: controller, sent: this.#head };
        this.#begin(stream, new URL(url).searchParams.get('lastEventId'));
      },
    });
    signal.addEventListener('abort', () => this.streams.delete(stream));
    return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
  };

  /** Writes what is new to the streams whose tabs run. */
  flush(): void {
    for (const stream of this.streams) {
      if (stream.tab.suspended) continue;
      for (const { position, name } of this.#entries.get(this.#epoch)!)
        if (position > stream.sent) this.#write(stream, 'named', position, JSON.stringify(name));
      stream.sent = this.#head;
    }
  }

  heartbeat(): void {
    this.flush();
    for (const stream of this.streams)
      if (!stream.tab.suspended) this.#write(stream, 'heartbeat', this.#head, '{}');
  }

  #begin(stream: Stream, cursor: string | null): void {
    this.streams.add(stream);
    const [epoch, position] = (cursor ?? this.cursor).split('-') as [string, string];
    if (epoch === this.#epoch) stream.sent = Number(position);
    else this.#write(stream, 'reset', this.#head, '{"reason":"unknown"}');
  }

  #write({ body }: Stream, type: string, position: number, data: string): void {
    const frame = `event: ${type}\nid: ${this.#epoch}-${position}\ndata: ${data}\n\n`;
    body.enqueue(new TextEncoder().encode(frame));
  }
}

function close({ body }: Stream): void {
  try {
    body.close();
  } catch {
    // The tab has closed it already.
  }
}
