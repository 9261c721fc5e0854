import { useContext, useEffect, useState } from 'react';
import { type Failure, noFailure } from '../http/failure.js';
import { StoreContext } from '../store/use-store.js';

/** What failed, until the next attempt. A failure of the connection disappears when the connection is live again. */
export function useFailure() {
  const [failure, setFailure] = useState(noFailure);
  useOutageEnd(failure, setFailure);
  return [failure, setFailure] as const;
}

/** Calls `clear` when the connection is live again after a failure that it caused. Visitors have no connection. */
export function useOutageEnd({ isOutage }: Failure, clear: (none: Failure) => void): void {
  const store = useContext(StoreContext);
  useEffect(() => {
    if (!isOutage) return undefined;
    return store?.onStatus(({ state }) => state === 'live' && clear(noFailure));
  }, [store, isOutage, clear]);
}
