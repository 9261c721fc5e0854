import { useSelected } from '../../store/use-store.js';
import { MenuAction } from '../../ui/MenuAction.js';
import { membershipIn } from '../rooms/memberships.js';
import type { Message } from '../rooms/message.js';
import { setPinned } from './pins-api.js';
import { isPinned } from './pins.js';
import { pinWords as words } from './pins.words.js';

/** Pins a message, or removes its pin, for those who may. */
export function PinAction({ message, onDone }: { message: Message; onDone: () => void }) {
  const isOn = useSelected(({ state }) => isPinned(state, message));
  const membership = useSelected(({ state }) => membershipIn(state, message.roomId));
  if (!membership) return null;
  const { room, role } = membership;
  if (room.kind !== 'direct' && role !== 'owner') return null;
  // The pin of a message can also be removed in an archived room.
  if (room.archivedAt !== null && !isOn) return null;
  return (
    <MenuAction work={() => setPinned(message, !isOn)} onDone={onDone}>
      {isOn ? words.unpin : words.pin}
    </MenuAction>
  );
}
