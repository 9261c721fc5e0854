import { useEffect } from 'react';
import { useStore } from '../../store/use-store.js';
import { draftsService } from './drafts.js';

export function DraftsBackground() {
  const store = useStore();
  useEffect(() => store.service(draftsService).start(), [store]);
  return null;
}
