import { LazyBody } from '../../ui/LazyBody.js';
import { PaneHead } from '../../ui/PaneHead.js';
import { words } from '../../words/words.js';
import { lazyBodies } from './lazy-bodies.js';

export function ProfilePage() {
  return (
    <>
      <PaneHead title={words.account.profile} />
      <LazyBody code={lazyBodies}>{({ ProfileBody }) => <ProfileBody />}</LazyBody>
    </>
  );
}
