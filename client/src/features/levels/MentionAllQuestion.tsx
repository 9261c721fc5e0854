import { Dialog } from '../../ui/Dialog.js';
import { levelWords as words } from './levels.words.js';

interface MentionAllQuestionProps {
  /** The number of members; null if it is not known. */
  count: number | null;
  onSend: (mentionAll: boolean) => void;
  onCancel: () => void;
}

/** Asks before a message notifies many people. Enter, which sent the message, confirms nothing: Cancel has the focus. */
export function MentionAllQuestion({ count, onSend, onCancel }: MentionAllQuestionProps) {
  const others = count === null ? null : count - 1;
  return (
    <Dialog label={words.notifyAll} className="mention-question" onClose={onCancel}>
      <h2>{words.notifyAll}</h2>
      <p>{others === null ? words.notifiesMembers : words.notifiesMany(others)}</p>
      <div className="actions">
        <button type="button" className="button-primary" onClick={() => onSend(true)}>
          {others === null ? words.notifyMembers : words.notify(others)}
        </button>
        <button type="button" onClick={() => onSend(false)}>
          {words.sendQuietly}
        </button>
        <button type="button" className="button-quiet" autoFocus onClick={onCancel}>
          {words.cancel}
        </button>
      </div>
    </Dialog>
  );
}
