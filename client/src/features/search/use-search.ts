import { useEffect, useRef, useState } from 'react';
import { lengthMistake } from '../../../../src/http/text.js';
import { MAX_SEARCH_LENGTH } from '../../../../src/rooms/room/lengths.js';
import { failureOf, isTemporary } from '../../http/failure.js';
import { useRecovery } from '../../store/use-recovery.js';
import { useStore } from '../../store/use-store.js';
import { words } from '../../words/words.js';
import type { Message } from '../rooms/message.js';
import { foldListed } from '../listed-messages/listed-fold.js';
import { searchMessages } from './search-api.js';
import { searchResults } from './search-results.js';

/** The messages that a query finds, page by page. */
export function useSearch(query: string, roomId: string | null) {
  const store = useStore();
  const results = store.service(searchResults);
  const [found, setFound] = useState<readonly Message[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  /** The address that failed and may be tried again. */
  const [failed, setFailed] = useState<string | null>(null);
  const current = useRef(new AbortController());
  const shown = useRef(found);
  shown.current = found;

  async function load(url: string, signal: AbortSignal) {
    try {
      const page = await searchMessages(url, signal);
      if (signal.aborted) return;
      show([...(shown.current ?? []), ...page.messages], page.next);
    } catch (error) {
      if (signal.aborted) return;
      const { message, fields } = failureOf(error, ['q']);
      setFailure(message ?? fields['q'] ?? null);
      setFailed(isTemporary(error) ? url : null);
    }
  }

  function show(messages: readonly Message[] | null, rest: string | null) {
    shown.current = messages;
    setFound(messages);
    setNext(rest);
    setFailure(null);
    setFailed(null);
    if (messages) results.keep({ query, roomId, found: messages, next: rest });
  }

  useEffect(() => {
    const kept = results.of({ query, roomId });
    show(kept?.found ?? null, kept?.next ?? null);
    const request = new AbortController();
    current.current = request;
    if (kept || query === '') return () => request.abort();
    const mistake = lengthMistake(query, MAX_SEARCH_LENGTH);
    if (mistake) return setFailure(words.errors.mistakes(mistake));
    const parameters = new URLSearchParams({ q: query, ...(roomId !== null && { room: roomId }) });
    void load(`/api/messages?${parameters}`, request.signal);
    return () => request.abort();
  }, [query, roomId]);

  useEffect(
    () => store.onEvent((event) => setFound((before) => before && foldListed(before, event))),
    [store],
  );

  const more = (url: string) => load(url, current.current.signal);
  useRecovery(failed !== null, () => void more(failed!));
  return { found, next, failure, more };
}
