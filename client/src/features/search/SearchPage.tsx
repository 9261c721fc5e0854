import { useRef } from 'react';
import { LazyBody } from '../../ui/LazyBody.js';
import { PaneHead } from '../../ui/PaneHead.js';
import { words } from '../../words/words.js';
import type { SearchParams } from './search-address.js';
import { searchBody } from './search-body.js';

export function SearchPage(params: SearchParams) {
  const body = useRef<HTMLDivElement>(null);
  return (
    <>
      <PaneHead title={words.search.title(params.query)} />
      <LazyBody code={searchBody} ref={body}>
        {({ SearchBody }) => <SearchBody {...params} scroller={body} />}
      </LazyBody>
    </>
  );
}
