import { useSelected } from '../../store/use-store.js';
import { MenuAction } from '../../ui/MenuAction.js';
import { membershipIn } from '../rooms/memberships.js';
import type { Message } from '../rooms/message.js';
import { setSaved } from './saved-api.js';
import { savedWords as words } from './saved.words.js';

/** Saves a message for later, or ends that. */
export function SaveAction({ message, onDone }: { message: Message; onDone: () => void }) {
  const { roomId, seq } = message;
  const isOn = useSelected(({ state }) => membershipIn(state, roomId)?.saved.includes(seq));
  return (
    <MenuAction work={() => setSaved(message, !isOn)} onDone={onDone}>
      {isOn ? words.unsave : words.save}
    </MenuAction>
  );
}
