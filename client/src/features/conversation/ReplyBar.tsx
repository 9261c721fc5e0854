import { words } from '../../words/words.js';
import { Quote } from './Quote.js';

interface ReplyBarProps {
  roomId: string;
  seq: number;
  onCancel: () => void;
}

/** Above the field: the message to which the next one replies. */
export function ReplyBar({ roomId, seq, onCancel }: ReplyBarProps) {
  return (
    <div className="reply-bar" role="group" aria-label={words.conversation.replying}>
      <Quote roomId={roomId} seq={seq} />
      <button
        type="button"
        className="button-quiet"
        aria-label={words.conversation.cancelReply}
        onClick={onCancel}
      >
        {words.conversation.cancel}
      </button>
    </div>
  );
}
