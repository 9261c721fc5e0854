import { createContext, useContext, useSyncExternalStore } from 'react';
import type { SessionStore } from './session-store.js';
import type { CurrentSession } from './session.js';

export const SessionContext = createContext<SessionStore | null>(null);

export function useSession(): SessionStore {
  const session = useContext(SessionContext);
  if (!session) throw new Error('No session store is provided here');
  return session;
}

/** The session of the signed-in user. */
export function useCurrentSession(): CurrentSession {
  const session = useSession();
  const view = useSyncExternalStore(session.subscribe, session.view);
  if (view.state !== 'signed in') throw new Error('No user is signed in');
  return view.who;
}
