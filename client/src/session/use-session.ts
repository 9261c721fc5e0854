import { createContext, useContext, useEffect, useSyncExternalStore } from 'react';
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

/** Stops with the session, before the session store removes what is stored for a user who signs out. */
export function useDuringSession(start: () => () => void): void {
  const session = useSession();
  useEffect(() => {
    const stop = start();
    const unsubscribe = session.subscribe(() => session.view().state === 'signed out' && stop());
    return () => {
      unsubscribe();
      stop();
    };
  }, [session, start]);
}
