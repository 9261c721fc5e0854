import { useState } from 'react';
import { LazyBody } from '../../ui/LazyBody.js';
import { PaneHead } from '../../ui/PaneHead.js';
import { words } from '../../words/words.js';
import type { SearchParams } from './search-address.js';
import { searchBody } from './search-body.js';

export function SearchPage(params: SearchParams) {
  const [body, setBody] = useState<HTMLElement | null>(null);
  return (
    <>
      <PaneHead title={words.search.title(params.query)} />
      <LazyBody code={searchBody} ref={setBody}>
        {({ SearchBody }) => <SearchBody {...params} scroller={body} />}
      </LazyBody>
    </>
  );
}
