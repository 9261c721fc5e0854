import { useState } from 'react';
import { LazyModule } from '../../state/lazy-module.js';
import { LazyBody } from '../../ui/LazyBody.js';
import { PaneHead } from '../../ui/PaneHead.js';
import { savedWords as words } from './saved.words.js';

const lazyBody = new LazyModule(() => import('./SavedBody.js'));

/** The messages that the user has saved for later. */
export function SavedPage() {
  const [body, setBody] = useState<HTMLElement | null>(null);
  return (
    <>
      <PaneHead title={words.saved} />
      <LazyBody code={lazyBody} ref={setBody}>
        {({ SavedBody }) => <SavedBody scroller={body} />}
      </LazyBody>
    </>
  );
}
