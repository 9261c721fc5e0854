import { useEffect, useRef } from 'react';
import type { History } from './history-fold.js';
import type { HistoryLoader } from './history-loader.js';

/** While someone scrolls through years, not every page on the way is asked for. */
const PACE = 120;

interface Wanted {
  readonly from: number;
  readonly to: number;
  /** Asks again when one of them changes. */
  readonly known: History;
  readonly failures: number;
}

export function useHistoryPages(loader: HistoryLoader, roomId: string, wanted: Wanted): void {
  const { from, to, known, failures } = wanted;
  const last = useRef(0);
  useEffect(() => {
    if (to < from) return;
    const ask = () => {
      last.current = Date.now();
      loader.need(roomId, from, to);
    };
    const wait = last.current + PACE - Date.now();
    if (wait <= 0) return ask();
    const timer = setTimeout(ask, wait);
    return () => clearTimeout(timer);
  }, [loader, roomId, from, to, known, failures]);
}
