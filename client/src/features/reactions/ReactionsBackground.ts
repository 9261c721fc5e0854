import { useEffect } from 'react';
import { useStore } from '../../store/use-store.js';
import { reactionService } from './reaction-service.js';

export function ReactionsBackground() {
  const store = useStore();
  useEffect(() => store.service(reactionService).start(), [store]);
  return null;
}
