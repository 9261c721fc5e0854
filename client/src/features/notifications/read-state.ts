import type { Schema } from '../../api/api.js';
import { read } from '../../http/read.js';
import type { EventName, StreamEvent } from '../../store/events.js';
import type { Slice } from '../../store/state.js';

export type ReadState = Schema<'ReadState'>;

export const notificationEvents = [
  'notification.created',
  'notification.read',
] as const satisfies readonly EventName[];

/** How far the user has read, and how much is unread: what the bell shows. */
export const readState: Slice<ReadState> = {
  name: 'notification read state',
  initial: { upTo: null, unread: 0 },
  fold: foldReadState,
  read: (signal) => read<ReadState>('/api/me/notifications/read', signal),
};

/** The id of a new notification is greater than that of every earlier one, so it is unread. */
function foldReadState(known: ReadState, { name, data }: StreamEvent): ReadState {
  if (name === 'notification.created') return { ...known, unread: known.unread + 1 };
  return name === 'notification.read' ? data : known;
}

export function isUnread({ id }: { readonly id: string }, { upTo }: ReadState): boolean {
  return upTo === null || id > upTo;
}
