import { Chunk } from './chunk.js';
import type { LoggedFact } from './event-log.js';
import type { ChangeInOrder } from './rights.js';
import type { StreamView } from './stream-view.js';
import type { Turns } from './turns.js';

/** Listeners that are written to before the clock is looked at. */
const BATCH = 32;
/** Bytes of data in one run. What is more is read page by page, by each listener as its socket takes it. */
const RUN_BYTES = 256 * 1024;
/** Pages of replays that are kept for the next listener that comes back from the same place. */
const PAGES = 32;

/** One that has been handed all that it is to hear of up to `position`. */
export interface LiveListener {
  readonly position: number;
  /** Takes a run of facts, the last of which stands at `head`, at a time by the monotonic clock. */
  receive(run: Chunk, head: number, now: number): void;
  /** Takes a run of transient events alone, which have no position. */
  receiveTransient(run: Chunk, now: number): void;
  /** Is told that a run begins before its position and ends behind it; it has to read on by itself. */
  fallBehind(): void;
}

interface EncodedPage {
  readonly facts: readonly LoggedFact[];
  readonly chunk: Chunk;
}

/** What is handed to all live listeners. */
interface Run {
  readonly chunk: Chunk;
  /** Of its facts; `undefined` where it holds transient events alone. */
  readonly positions: { readonly first: number; readonly last: number } | undefined;
}

/** The listeners of one view. What they hear is put together once for all of them. */
export class Channel {
  /** What it includes now. It changes with the rights of a person. */
  readonly #topics: Map<string, number>;
  readonly #live = new Set<LiveListener>();
  readonly #pages = new Map<string, EncodedPage>();
  #waiting: LoggedFact[] = [];
  #waitingBytes = 0;
  /** Frames of ephemeral facts, behind those that wait. */
  #ephemeral: Buffer[] = [];
  #handing = false;

  constructor(
    readonly view: StreamView,
    private readonly feed: { readonly epoch: string },
    private readonly turns: Turns,
  ) {
    this.#topics = new Map(view.topics);
  }

  get epoch(): string {
    return this.feed.epoch;
  }

  /** All topics of which it may include events. */
  get topics(): string[] {
    return [...this.#topics.keys(), ...(this.view.publicTopics ?? [])];
  }

  /** Whether its listeners are to hear of a fact. */
  includes(fact: LoggedFact): boolean {
    const since = this.#topics.get(fact.topic);
    if (since !== undefined) return fact.position > since;
    return fact.private === 0 && this.view.publicTopics?.has(fact.topic) === true;
  }

  /** Whether its listeners are to hear of everything on a topic from now on. */
  isGranted(topic: string): boolean {
    return this.#topics.has(topic);
  }

  /** Includes a topic behind a position, or no more. Pages that were put together before are of no use. */
  change({ topic, granted, position }: ChangeInOrder): void {
    if (granted) this.#topics.set(topic, position);
    else this.#topics.delete(topic);
    this.#pages.clear();
  }

  join(listener: LiveListener): void {
    this.#live.add(listener);
  }

  leave(listener: LiveListener): void {
    this.#live.delete(listener);
  }

  /** Whether a listener has been handed all there is. */
  isUpToDate(listener: LiveListener): boolean {
    return !this.#handing && this.#waiting.length === 0 && this.#live.has(listener);
  }

  /** Takes a fact that the view includes, for the next run. */
  add(fact: LoggedFact): void {
    this.#waiting.push(fact);
    this.#waitingBytes += fact.data.length;
  }

  /** Takes a frame that has no position, for the next run. Only those who are live then get it. */
  addEphemeral(frame: Buffer): void {
    this.#ephemeral.push(frame);
    this.#waitingBytes += frame.length;
  }

  /** Hands what was added to the live listeners: in one write each, for all that is there when it begins. */
  flush(): void {
    if (this.#handing || this.#waiting.length + this.#ephemeral.length === 0) return;
    const facts = this.#waiting;
    const ephemeral = this.#ephemeral;
    const isTooMuch = this.#waitingBytes > RUN_BYTES;
    this.#waiting = [];
    this.#ephemeral = [];
    this.#waitingBytes = 0;
    if (isTooMuch) return this.fallBehind();
    if (this.#live.size === 0) return;
    this.#handing = true;
    const chunk = Chunk.of([...this.#frames(facts), ...ephemeral]);
    const positions =
      facts.length > 0 ? { first: facts[0]!.position, last: facts.at(-1)!.position } : undefined;
    this.#hand(this.#live.values(), { chunk, positions });
  }

  /** Has all listeners read on by themselves. */
  fallBehind(): void {
    // Of a copy: one that is at the head already joins again at once.
    const behind = Array.from(this.#live);
    for (const listener of behind) listener.fallBehind();
  }

  #frames(facts: readonly LoggedFact[]): Buffer[] {
    const { view, epoch } = this;
    return facts.map((fact) => view.form.frame(fact, epoch));
  }

  /** The frames of a page of a replay. */
  encodePage(facts: readonly LoggedFact[]): Chunk {
    if (facts.length === 0) return Chunk.empty;
    const key = `${this.epoch} ${facts[0]!.position}-${facts.at(-1)!.position}`;
    const known = this.#pages.get(key);
    // A page that was read before a redaction may come to be encoded after it.
    if (known && isSame(known.facts, facts)) return known.chunk;
    if (this.#pages.size >= PAGES) this.#pages.delete(this.#pages.keys().next().value!);
    const chunk = Chunk.of(this.#frames(facts));
    this.#pages.set(key, { facts, chunk });
    return chunk;
  }

  /** Forgets the pages of replays: what they were made of was redacted. */
  forgetPages(): void {
    this.#pages.clear();
  }

  /** Goes on in a later turn when a batch is done. Those that join meanwhile have read the run already. */
  #hand(rest: SetIterator<LiveListener>, run: Run): void {
    const now = performance.now();
    for (let n = 0; n < BATCH; n++) {
      const { value: listener, done } = rest.next();
      if (done) {
        this.#handing = false;
        this.turns.add('live', () => this.flush());
        return;
      }
      handTo(listener, run, now);
    }
    this.turns.add('live', () => this.#hand(rest, run));
  }
}

function handTo(listener: LiveListener, { chunk, positions }: Run, now: number): void {
  if (!positions) listener.receiveTransient(chunk, now);
  else if (listener.position < positions.first) listener.receive(chunk, positions.last, now);
  else if (listener.position < positions.last) listener.fallBehind();
}

const isSame = (one: readonly LoggedFact[], other: readonly LoggedFact[]): boolean =>
  one.length === other.length && one.every((fact, index) => fact === other[index]);
