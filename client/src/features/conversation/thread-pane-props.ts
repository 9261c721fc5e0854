import type { Membership } from '../rooms/room.js';

export interface ThreadPaneProps {
  membership: Membership;
  /** The first message of the thread; null for the list of all threads. */
  seq: number | null;
  onClose: () => void;
}
