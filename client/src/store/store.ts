import {
  follow,
  type FollowEvent,
  type Following,
  type FollowStatus,
  type Handlers,
} from '@carillon/client';
import { positionOf } from '@carillon/client/cursor';
import { failureOf } from '../http/failure.js';
import { InFlight } from '../state/in-flight.js';
import { Listeners } from '../state/listeners.js';
import { Publisher } from '../state/publisher.js';
import type { EventData, EventName, StreamEvent } from './events.js';
import { fetchSnapshot } from './snapshot.js';
import {
  type AnySlice,
  emptyState,
  foldEvent,
  partOf,
  type Slice,
  type State,
  withPart,
  withSnapshot,
} from './state.js';

export interface StoreView {
  readonly status: FollowStatus;
  readonly state: State;
  /** The first snapshot has been read. */
  readonly loaded: boolean;
  readonly loadFailure: string | null;
  /** Grows when a request for missing data has failed, so that components request it again. */
  readonly failures: number;
}

/** What the features register. */
export interface StoreOptions {
  readonly slices: readonly AnySlice[];
  readonly events: readonly EventName[];
}

/** Recent events, for data that is read while the stream goes on. */
const MAX_KEPT = 2_000;

/**
 * The state of a signed-in user, for `useSyncExternalStore`: a snapshot, folded with the events of the stream that all
 * tabs of the browser share. It knows no feature.
 */
export class Store {
  readonly me: string;
  readonly #options: StoreOptions;
  readonly #publisher: Publisher<StoreView>;
  readonly #eventListeners = new Listeners<[StreamEvent]>();
  readonly #snapshotListeners = new Listeners();
  readonly #statusListeners = new Listeners<[FollowStatus]>();
  readonly #reconnectListeners = new Listeners();
  readonly #services = new Map<unknown, unknown>();
  readonly #inFlight = new InFlight(() =>
    this.#publisher.set({ failures: this.#publisher.current.failures + 1 }),
  );
  #recent: StreamEvent[] = [];
  #generation = 0;
  #stream: Following<EventData> | null = null;

  constructor(me: string, options: StoreOptions) {
    this.me = me;
    this.#options = options;
    this.#publisher = new Publisher<StoreView>({
      status: { state: 'connecting' },
      state: emptyState(me, options.slices),
      loaded: false,
      loadFailure: null,
      failures: 0,
    });
    this.view = this.#publisher.published;
    this.subscribe = this.#publisher.subscribe;
  }

  readonly view: () => StoreView;
  readonly subscribe: (listener: () => void) => () => void;

  /** As of the last event; `view` may lag by a frame. */
  get state(): State {
    return this.#publisher.current.state;
  }

  /** Counts the snapshots. What was requested before a snapshot may have missed events. */
  get generation(): number {
    return this.#generation;
  }

  /** Whether this tab holds the stream that all tabs of the browser share. */
  get leads(): boolean {
    return this.#stream?.leads ?? false;
  }

  readonly onEvent = (listener: (event: StreamEvent) => void) => this.#eventListeners.add(listener);
  readonly onSnapshot = (listener: () => void) => this.#snapshotListeners.add(listener);
  readonly onStatus = (listener: (status: FollowStatus) => void) =>
    this.#statusListeners.add(listener);
  /** When the user asks to connect now. */
  readonly onReconnect = (listener: () => void) => this.#reconnectListeners.add(listener);

  partOf<Part>(slice: Slice<Part>): Part {
    return partOf(this.state, slice);
  }

  update<Part>(slice: Slice<Part>, to: (part: Part) => Part): void {
    const { state } = this;
    this.#publisher.set({ state: withPart(state, slice, to(partOf(state, slice))) });
  }

  /** Fetches missing data. A second call with the same name does nothing while the first is in flight. */
  fetch(name: string, work: () => Promise<void>): Promise<void> {
    return this.#inFlight.run(`${this.#generation} ${name}`, work);
  }

  eventsAfter(position: number): readonly StreamEvent[] {
    return this.#recent.filter((event) => event.position > position);
  }

  /** The object that a feature keeps for this store; `create` is called once. */
  service<Service>(create: (store: Store) => Service): Service {
    if (!this.#services.has(create)) this.#services.set(create, create(this));
    return this.#services.get(create) as Service;
  }

  /** Follows the stream until the returned function is called. */
  readonly start = (): (() => void) => {
    const { slices } = this.#options;
    const stream = follow<EventData>({
      // Other programs can publish events of the same types on topics that are granted to the user.
      url: '/api/events?granted=false',
      shareTabs: {
        name: `carillon.stream.${this.me}`,
        welcome: () => slices.flatMap((slice) => this.#currentOf(slice)),
      },
      snapshot: ({ signal }) => this.#readSnapshot(signal),
      on: this.#handlers(),
      onStatus: (status) => this.#onStatus(status),
      // A proxy may answer with a 4xx that passes. If the session has ended, the page finds out by itself.
      onError: () => ({}),
    });
    this.#stream = stream;
    return () => stream.close();
  };

  readonly reconnect = (): void => {
    this.#stream?.reconnect();
    this.#reconnectListeners.notify();
  };

  async #readSnapshot(signal: AbortSignal): Promise<string> {
    try {
      const { snapshot, cursor } = await fetchSnapshot(this.#options.slices, signal);
      this.#recent = [];
      this.#generation += 1;
      const state = withSnapshot(this.state, snapshot);
      this.#publisher.set({ state, loaded: true, loadFailure: null });
      this.#snapshotListeners.notify();
      return cursor;
    } catch (error) {
      if (!signal.aborted) this.#publisher.set({ loadFailure: failureOf(error).message });
      throw error;
    }
  }

  #receive(event: StreamEvent): void {
    this.#recent.push(event);
    if (this.#recent.length > 2 * MAX_KEPT) this.#recent = this.#recent.slice(-MAX_KEPT);
    this.#publisher.set({ state: foldEvent(this.state, event) });
    this.#eventListeners.notify(event);
  }

  #handlers(): Handlers<EventData> {
    const { events, slices } = this.#options;
    const stored =
      (name: EventName) =>
      (data: unknown, { cursor }: FollowEvent) =>
        this.#receive({ name, data, position: positionOf(cursor!) } as StreamEvent);
    const transient = (name: EventName) => (data: unknown) => this.#receiveTransient(name, data);
    return Object.fromEntries([
      ...events.map((name) => [name, stored(name)]),
      ...slices.flatMap(({ transient: { name } = {} }) => (name ? [[name, transient(name)]] : [])),
    ]) as Handlers<EventData>;
  }

  #receiveTransient(name: EventName, data: unknown): void {
    for (const slice of this.#options.slices) {
      const { transient } = slice;
      if (transient?.name === name)
        this.update(slice, (part) => transient.fold(part, data, this.me));
    }
  }

  #currentOf(slice: AnySlice): { type: EventName; data: unknown }[] {
    const { transient } = slice;
    if (!transient?.current) return [];
    return [{ type: transient.name, data: transient.current(this.partOf(slice)) }];
  }

  #onStatus(status: FollowStatus): void {
    this.#publisher.set({ status });
    this.#statusListeners.notify(status);
  }
}
