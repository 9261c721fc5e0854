import { useEffect } from 'react';
import { partOf } from '../../store/state.js';
import { useSelected, useStore } from '../../store/use-store.js';
import type { Message } from '../rooms/message.js';
import { histories } from './histories.js';
import { historyLoader } from './history-loader.js';

/** Fetches the message if it is unknown, or if changes of it may have been missed. */
export function useMessage(roomId: string, seq: number): Message | undefined {
  const store = useStore();
  const held = useSelected(({ state }) => partOf(state, histories).get(roomId)?.get(seq));
  const failures = useSelected((view) => view.failures);
  const isKnown = Boolean(held?.position);
  useEffect(() => {
    if (!isKnown) store.service(historyLoader).needOne(roomId, seq);
  }, [store, roomId, seq, isKnown, failures]);
  return held?.message;
}
