import { useRef } from 'react';
import { FailureText } from '../../ui/FailureText.js';
import { useFocusOnLastPage } from '../../ui/use-focus-on-last-page.js';
import { useKeptScroll } from '../../ui/use-kept-scroll.js';
import { words } from '../../words/words.js';
import { listedMessagesWords } from '../listed-messages/listed-messages.words.js';
import { ListedMessage } from '../listed-messages/ListedMessage.js';
import { hrefOfSearch, type SearchParams } from './search-address.js';
import { useSearch } from './use-search.js';

interface SearchBodyProps extends SearchParams {
  scroller: HTMLElement | null;
}

export function SearchBody({ query, roomId, scroller }: SearchBodyProps) {
  const { found, next, failure, more } = useSearch(query, roomId);
  useKeptScroll(scroller, { address: hrefOfSearch(query, roomId), isLoaded: found !== null });
  const list = useRef<HTMLUListElement>(null);
  useFocusOnLastPage(list, next !== null);
  return (
    <>
      <p role="status" className="nav-empty">
        {found === null && failure === null && query !== '' && words.search.searching}
        {found?.length === 0 && words.search.nothing}
      </p>
      {found?.length === 0 && roomId !== null && (
        <p>
          <a href={hrefOfSearch(query, null)}>{words.search.searchAll}</a>
        </p>
      )}
      <ul ref={list} className="found-list" aria-label={words.search.found}>
        {found?.map((message) => (
          <li key={message.id}>
            <ListedMessage message={message} query={query} />
          </li>
        ))}
      </ul>
      <FailureText text={failure} />
      {next !== null && (
        <button type="button" onClick={() => void more(next)}>
          {listedMessagesWords.showOlder}
        </button>
      )}
    </>
  );
}
