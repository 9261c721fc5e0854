import { useEffect, useState, useSyncExternalStore } from 'react';
import { LiveUsers } from './live-users.js';

export function useLiveUsers() {
  const [users] = useState(() => new LiveUsers());
  useEffect(() => users.start(), [users]);
  return { users, view: useSyncExternalStore(users.subscribe, users.view) };
}
