import { Chunk } from './chunk.js';
import type { EncodedPages } from './encoded-pages.js';
import type { LoggedFact } from './event-log.js';
import type { ChangeInOrder } from './rights.js';
import type { StreamView } from './stream-view.js';
import type { Turns } from './turns.js';

/** Listeners that are written to before the clock is looked at. */
const BATCH = 32;
/** Bytes of data in one run. What is more is read page by page, by each listener as its socket takes it. */
const RUN_BYTES = 256 * 1024;

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
  #waiting: LoggedFact[] = [];
  #waitingBytes = 0;
  /** Frames of ephemeral facts, behind those that wait. */
  #ephemeral: string[] = [];
  #handing = false;

  constructor(
    readonly view: StreamView,
    private readonly feed: { readonly epoch: string },
    private readonly turns: Turns,
    private readonly pages: EncodedPages,
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

  /** Whether none of the topics that were named for a view has been lost since its permissions were read. */
  hasAllNamed({ named, topics }: StreamView): boolean {
    return !named || [...topics.keys()].every((topic) => this.#topics.has(topic));
  }

  /** Includes a topic behind a position, or no more. */
  change({ topic, granted, position }: ChangeInOrder): void {
    if (granted) this.#topics.set(topic, position);
    else this.#topics.delete(topic);
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
  addEphemeral(frame: string): void {
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
    const { form } = this.view;
    const chunk =
      ephemeral.length === 0
        ? form.run(facts, this.epoch)
        : Chunk.of([...facts.map((fact) => form.frame(fact, this.epoch)), ...ephemeral]);
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

  /** The frames of a page of a replay. */
  encodePage(facts: readonly LoggedFact[]): Chunk {
    return this.pages.of(this.view.form, facts, this.epoch);
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
