import { Backoff } from '@carillon/client/backoff';
import { useEffect, useRef } from 'react';
import { useStore } from './use-store.js';

/** While a request has failed, tries it again: when the stream is live again, and with increasing delays. */
export function useRecovery(hasFailed: boolean, retry: () => void): void {
  const store = useStore();
  const latest = useRef(retry);
  latest.current = retry;
  useEffect(() => {
    if (!hasFailed) return;
    const backoff = new Backoff({ base: 4_000 });
    let timer: ReturnType<typeof setTimeout>;
    const schedule = (): void => {
      timer = setTimeout(() => {
        latest.current();
        schedule();
      }, 1_000 + backoff.next());
    };
    schedule();
    const stop = store.onStatus(({ state }) => state === 'live' && latest.current());
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [store, hasFailed]);
}
