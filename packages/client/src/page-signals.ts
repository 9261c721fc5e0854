import { after } from './timer.js';

/** What happens to the page that contains a stream. */
export interface PageSignals {
  readonly online?: () => void;
  readonly offline?: () => void;
  /** The page is visible again: its tab came to the front, or it was restored from the bfcache. */
  readonly shown?: () => void;
  /** The page has been hidden for `after` ms; `Infinity` for never. */
  readonly hidden?: { readonly after: number; readonly act: () => void };
  /** The user navigated away; the browser may keep the page in the bfcache. */
  readonly left?: () => void;
}

/** Watches the page until the returned function is called. Outside a page it does nothing. */
export function watchPage(signals: PageSignals): () => void {
  if (typeof window === 'undefined' || typeof document === 'undefined') return () => {};
  const watching = new AbortController();
  const { signal } = watching;
  const visibility = new Visibility(signals);

  window.addEventListener('online', () => signals.online?.(), { signal });
  window.addEventListener('offline', () => signals.offline?.(), { signal });
  window.addEventListener('pagehide', () => signals.left?.(), { signal });
  window.addEventListener('pageshow', ({ persisted }) => persisted && visibility.onShown(), {
    signal,
  });
  document.addEventListener('visibilitychange', () => visibility.update(), { signal });
  // A link opened in a background tab.
  if (document.hidden) visibility.onHidden();
  return () => {
    watching.abort();
    visibility.stop();
  };
}

class Visibility {
  readonly #signals: PageSignals;
  #stopTimer = () => {};

  constructor(signals: PageSignals) {
    this.#signals = signals;
  }

  update(): void {
    if (document.hidden) this.onHidden();
    else this.onShown();
  }

  onShown(): void {
    this.stop();
    this.#signals.shown?.();
  }

  onHidden(): void {
    this.stop();
    const { hidden } = this.#signals;
    if (hidden && hidden.after !== Infinity) this.#stopTimer = after(hidden.after, hidden.act);
  }

  stop(): void {
    this.#stopTimer();
  }
}
