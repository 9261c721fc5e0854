import { useEffect, useRef, useState } from 'react';
import { useRecovery } from '../../store/use-recovery.js';

/** The server is asked after a pause in typing of this length, in ms. */
const PAUSE = 150;

/** The ids of users whom the server has found, and whether it may find more. */
export interface FoundPeople {
  readonly ids: readonly string[];
  readonly hasMore: boolean;
}

/** Adds the users whom it finds to the store, and returns their ids. */
export type PeopleSearch = (text: string, signal: AbortSignal) => Promise<FoundPeople>;

/**
 * The users whom the server finds; null until it has answered for this text. A later text cancels the request.
 *
 * @param search null if there is nothing to ask. The same function every time, or the server is asked again.
 */
export function usePeopleSearch(text: string, search: PeopleSearch | null): FoundPeople | null {
  const [answer, setAnswer] = useState<{ text: string; found: FoundPeople } | null>(null);
  const [failed, setFailed] = useState(false);
  const again = useRef<() => void>(() => {});

  useEffect(() => {
    setFailed(false);
    setAnswer(null);
    if (search === null || text === '') return;
    const request = new AbortController();
    const ask = async () => {
      try {
        const found = await search(text, request.signal);
        if (request.signal.aborted) return;
        setAnswer({ text, found });
        setFailed(false);
      } catch {
        if (!request.signal.aborted) setFailed(true);
      }
    };
    again.current = () => void ask();
    const timer = setTimeout(again.current, PAUSE);
    return () => {
      clearTimeout(timer);
      request.abort();
    };
  }, [text, search]);

  useRecovery(failed, () => again.current());
  return answer?.text === text ? answer.found : null;
}
