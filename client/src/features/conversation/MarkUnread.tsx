import { useStore } from '../../store/use-store.js';
import { FailureText } from '../../ui/FailureText.js';
import { useAttempt } from '../../ui/use-attempt.js';
import { words } from '../../words/words.js';
import type { Message } from '../rooms/message.js';
import { readMarkers } from './read-markers.js';

/** Marks a message and all later ones as unread. */
export function MarkUnread({ message, onDone }: { message: Message; onDone: () => void }) {
  const markers = useStore().service(readMarkers);
  const { failure, attempt } = useAttempt();
  return (
    <>
      <button
        type="button"
        onClick={() => attempt(markers.unread(message.roomId, message.seq).then(onDone))}
      >
        {words.conversation.markUnread}
      </button>
      <FailureText text={failure} />
    </>
  );
}
