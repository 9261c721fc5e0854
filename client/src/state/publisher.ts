import { Listeners } from './listeners.js';

/** A burst of changes renders once per frame, in ms. */
const FRAME = 16;

/** Holds a view and publishes its changes, for `useSyncExternalStore`. */
export class Publisher<View extends object> {
  #current: View;
  #published: View;
  #frame: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Listeners();

  constructor(view: View) {
    this.#current = view;
    this.#published = view;
  }

  /** The latest view; `published` may lag by a frame. */
  get current(): View {
    return this.#current;
  }

  readonly published = (): View => this.#published;

  readonly subscribe = (listener: () => void): (() => void) => this.#listeners.add(listener);

  set(part: Partial<View>): void {
    this.#current = { ...this.#current, ...part };
    this.#frame ??= setTimeout(() => this.publish(), FRAME);
  }

  /** Publishes now instead of at the next frame. */
  publish(): void {
    this.stop();
    this.#published = this.#current;
    this.#listeners.notify();
  }

  /** Cancels the publication that is due. */
  stop(): void {
    clearTimeout(this.#frame);
    this.#frame = undefined;
  }
}
