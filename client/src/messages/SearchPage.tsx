import { useEffect, useState } from 'react';
import { lengthMistake } from '../../../src/http/text.js';
import { LONGEST_SEARCH } from '../../../src/rooms/lengths.js';
import { searchMessages } from '../chat/chat-api.js';
import type { Message } from '../chat/message.js';
import { nameOf, titleOf } from '../chat/names.js';
import { failureOf } from '../http/failure.js';
import { PaneHead } from '../page/PaneHead.js';
import { roomAddress } from '../page/route.js';
import { useChatView } from '../page/use-chat.js';
import { shortTime } from '../page/short-time.js';

interface SearchPageProps {
  query: string;
  roomId: string | null;
}

export function SearchPage({ query, roomId }: SearchPageProps) {
  const { found, next, failure, more } = useSearch(query, roomId);
  return (
    <>
      <PaneHead title={query === '' ? 'Search' : `Search: ${query}`} />
      <div className="pane-body">
        <p role="status" className="nav-empty">
          {found === null && failure === null && query !== '' && 'Searching…'}
          {found?.length === 0 && 'Nothing found. All words must be there; the last may be begun.'}
        </p>
        <p role="alert" className="failure">
          {failure}
        </p>
        <ul className="found-list" aria-label="Messages found">
          {found?.map((message) => (
            <Found key={message.id} message={message} />
          ))}
        </ul>
        {next !== null && (
          <button type="button" onClick={() => void more(next)}>
            Show older
          </button>
        )}
      </div>
    </>
  );
}

function Found({ message }: { message: Message }) {
  const { state } = useChatView();
  const room = state.memberships.part.find((mine) => mine.room.id === message.roomId);
  return (
    <li>
      <a href={roomAddress(message.roomId, message.seq)} className="found-message">
        <span className="found-where" dir="auto">
          {room ? titleOf(state, room) : 'A room'} · {nameOf(state, message.authorId)}
        </span>
        <span className="clock">{shortTime(message.createdAt)}</span>
        <span className="found-text" dir="auto">
          {message.text}
        </span>
      </a>
    </li>
  );
}

function useSearch(query: string, roomId: string | null) {
  const [found, setFound] = useState<readonly Message[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);

  async function load(url: string, signal: AbortSignal, before: readonly Message[]) {
    try {
      const page = await searchMessages(url, signal);
      setFound([...before, ...page.messages]);
      setNext(page.next);
    } catch (error) {
      if (signal.aborted) return;
      const { message, fields } = failureOf(error, ['q']);
      setFailure(message ?? fields['q'] ?? null);
    }
  }

  useEffect(() => {
    setFound(null);
    setNext(null);
    setFailure(null);
    if (query === '') return;
    const mistake = lengthMistake(query, LONGEST_SEARCH);
    if (mistake) return setFailure(`What you search for ${mistake}.`);
    const request = new AbortController();
    const parameters = new URLSearchParams({ q: query, ...(roomId !== null && { room: roomId }) });
    void load(`/api/messages?${parameters}`, request.signal, []);
    return () => request.abort();
  }, [query, roomId]);

  const more = (url: string) => load(url, new AbortController().signal, found ?? []);
  return { found, next, failure, more };
}
