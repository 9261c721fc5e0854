/** What happens to the page around a stream. */
export interface PageSignals {
  readonly online: () => void;
  readonly offline: () => void;
  /** The person looks at the page again: another tab was in front, or it left the bfcache. */
  readonly shown: () => void;
  readonly hidden: () => void;
  /** The page was navigated away from; it may be kept in the bfcache. */
  readonly left: () => void;
}

/** Listens until the returned function is called. Outside a browser there is nothing to hear. */
export function watchPage(signals: PageSignals): () => void {
  if (typeof window === 'undefined') return () => {};
  const listening = new AbortController();
  const { signal } = listening;

  window.addEventListener('online', signals.online, { signal });
  window.addEventListener('offline', signals.offline, { signal });
  window.addEventListener('pagehide', signals.left, { signal });
  window.addEventListener('pageshow', ({ persisted }) => persisted && signals.shown(), { signal });
  document.addEventListener(
    'visibilitychange',
    () => (document.hidden ? signals.hidden() : signals.shown()),
    { signal },
  );
  // A link opened in a new tab behind this one.
  if (document.hidden) signals.hidden();
  return () => listening.abort();
}
