import { type ReactNode, useEffect, useLayoutEffect, useState } from 'react';
import { Store } from '../store/store.js';
import { StoreContext, useView } from '../store/use-store.js';
import { focusHeading, isFocusLost } from '../ui/focus-lost.js';
import { words } from '../words/words.js';
import { parseHash, useHash } from './address.js';
import type { Feature } from './feature.js';
import { Sidebar } from './Sidebar.js';
import './shell.css';

interface ShellProps {
  features: readonly Feature[];
  userId: string;
  justSignedIn: boolean;
}

/** The page of a signed-in user: the sidebar and one pane, both filled by the features. */
export function Shell({ features, userId, justSignedIn }: ShellProps) {
  const store = useRunningStore(features, userId);
  if (!store) return null;
  return (
    <StoreContext value={store}>
      <Frame features={features} justSignedIn={justSignedIn} />
    </StoreContext>
  );
}

/** A stopped store is not started again. */
function useRunningStore(features: readonly Feature[], userId: string): Store | null {
  const [store, setStore] = useState<Store | null>(null);
  useEffect(() => {
    const started = new Store(userId, {
      slices: features.flatMap(({ slices = [] }) => slices),
      events: [...new Set(features.flatMap(({ events = [] }) => events))],
    });
    setStore(started);
    return started.start();
  }, [features, userId]);
  return store;
}

type FrameProps = Omit<ShellProps, 'userId'>;

function Frame({ features, justSignedIn }: FrameProps) {
  const hash = useHash();
  const routes = features.flatMap(({ routes = [] }) => routes);
  const open = routes
    .map(({ address, Pane }) => ({ Pane, params: parseHash(hash, address) as object | null }))
    .find(({ params }) => params !== null);
  useFocusAfter(hash);
  return (
    <div className={open ? 'shell shell-pane' : 'shell shell-list'}>
      <SkipLink />
      <Sidebar features={features} />
      <main id="pane" className="pane" tabIndex={-1}>
        <Loaded justSignedIn={justSignedIn}>
          {open ? <open.Pane {...open.params} /> : <NothingOpen features={features} />}
        </Loaded>
      </main>
      {features.map(
        ({ Background }, index) => Background && <Background key={index} features={features} />,
      )}
    </div>
  );
}

function SkipLink() {
  return (
    <a
      className="skip-link"
      href="#pane"
      onClick={(event) => {
        event.preventDefault();
        document.getElementById('pane')?.focus();
      }}
    >
      {words.app.skipToContent}
    </a>
  );
}

function Loaded({ justSignedIn, children }: { justSignedIn: boolean; children: ReactNode }) {
  const { loaded, loadFailure } = useView();
  useFocusOnHeading(justSignedIn && loaded);
  return loaded ? children : <Loading failure={loadFailure} />;
}

/** If the button that led to this pane has gone, the heading takes the focus. */
function useFocusAfter(hash: string): void {
  useLayoutEffect(() => {
    if (isFocusLost()) focusHeading(document.querySelector<HTMLElement>('#pane h1'));
  }, [hash]);
}

/** After a sign-in the focus is lost: the heading takes it, unless something else has it by now. */
function useFocusOnHeading(isWanted: boolean): void {
  useLayoutEffect(() => {
    if (isWanted && document.activeElement === document.body)
      focusHeading(document.querySelector<HTMLElement>('#pane h1'));
  }, [isWanted]);
}

function NothingOpen({ features }: { features: readonly Feature[] }) {
  const Text = features.find(({ NothingOpen }) => NothingOpen)?.NothingOpen;
  return (
    <div className="pane-empty">
      <h1 className="visually-hidden">{words.app.name}</h1>
      <p>{Text ? <Text /> : words.app.nothingOpen}</p>
    </div>
  );
}

function Loading({ failure }: { failure: string | null }) {
  return (
    <div className="pane-empty" role="status">
      <h1 className="visually-hidden">{words.app.name}</h1>
      {failure === null ? words.app.loading : words.app.keepsTrying(failure)}
    </div>
  );
}
