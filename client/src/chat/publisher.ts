/** A burst of changes is shown once per frame, as each render has its cost. */
const FRAME = 16;

/** Holds a view, and tells who shows it when to show it anew. */
export class Publisher<View extends object> {
  #current: View;
  #published: View;
  #frame: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(view: View) {
    this.#current = view;
    this.#published = view;
  }

  get current(): View {
    return this.#current;
  }

  get published(): View {
    return this.#published;
  }

  set(part: Partial<View>): void {
    this.#current = { ...this.#current, ...part };
    if (this.#frame === undefined) this.#frame = setTimeout(() => this.#publish(), FRAME);
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #publish(): void {
    this.#frame = undefined;
    this.#published = this.#current;
    for (const listener of this.#listeners) listener();
  }
}
