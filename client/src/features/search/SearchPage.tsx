import { useRef } from 'react';
import { FailureText } from '../../ui/FailureText.js';
import { PaneHead } from '../../ui/PaneHead.js';
import { useKeptScroll } from '../../ui/use-kept-scroll.js';
import { words } from '../../words/words.js';
import { FoundMessage } from './FoundMessage.js';
import { hrefOfSearch, type SearchParams } from './search-address.js';
import { useSearch } from './use-search.js';

export function SearchPage({ query, roomId }: SearchParams) {
  const { found, next, failure, more } = useSearch(query, roomId);
  const body = useRef<HTMLDivElement>(null);
  useKeptScroll(body, { address: hrefOfSearch(query, roomId), isLoaded: found !== null });
  return (
    <>
      <PaneHead title={words.search.title(query)} />
      <div ref={body} className="pane-body">
        <p role="status" className="nav-empty">
          {found === null && failure === null && query !== '' && words.search.searching}
          {found?.length === 0 && words.search.nothing}
        </p>
        {found?.length === 0 && roomId !== null && (
          <p>
            <a href={hrefOfSearch(query, null)}>{words.search.searchAll}</a>
          </p>
        )}
        <ul className="found-list" aria-label={words.search.found}>
          {found?.map((message) => (
            <li key={message.id}>
              <FoundMessage message={message} query={query} />
            </li>
          ))}
        </ul>
        <FailureText text={failure} />
        {next !== null && (
          <button type="button" onClick={() => void more(next)}>
            {words.search.showOlder}
          </button>
        )}
      </div>
    </>
  );
}
