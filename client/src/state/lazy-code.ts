import { Listeners } from './listeners.js';

/** Code that is loaded when it is first needed, or earlier with `load`. After a failure the next need tries again. */
export class LazyCode<Code> {
  #code: Code | null = null;
  #loading: Promise<void> | null = null;
  readonly #listeners = new Listeners();

  constructor(private readonly fetchCode: () => Promise<Code>) {}

  readonly view = (): Code | null => this.#code;

  readonly subscribe = (listener: () => void): (() => void) => this.#listeners.add(listener);

  readonly load = (): Promise<void> => {
    this.#loading ??= this.#load();
    return this.#loading;
  };

  async #load(): Promise<void> {
    try {
      this.#code = await this.fetchCode();
      this.#listeners.notify();
    } catch {
      this.#loading = null;
    }
  }
}
