import { useEffect } from 'react';
import { fetchSession } from '../../session/session-api.js';
import { useCurrentSession, useSession } from '../../session/use-session.js';
import { useStore } from '../../store/use-store.js';
import { usePreload } from '../../store/use-preload.js';
import { lazyBodies } from './lazy-bodies.js';

/** After a change of the password the cookie of the new session may still be on its way, in ms. */
const COOKIE_GRACE = 500;

/** Notices the end of the session, and loads the panes of the account before an outage would prevent it. */
export function AccountBackground() {
  const store = useStore();
  const session = useSession();
  const own = useCurrentSession().session?.id;
  usePreload(lazyBodies);
  useEffect(
    () =>
      store.onEvent(({ name, data }) => {
        if (name === 'session.ended' && data.id === own) session.recheck();
      }),
    [store, session, own],
  );
  // An EventSource does not say why a stream has ended. A 401 here reaches the session store.
  useEffect(
    () =>
      store.onStatus(({ state }) => {
        if (state === 'reconnecting' && store.leads)
          setTimeout(() => fetchSession().catch(() => {}), COOKIE_GRACE);
      }),
    [store],
  );
  return null;
}
