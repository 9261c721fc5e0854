import type { Message } from '../chat/message.js';
import { nameOf } from '../chat/names.js';
import { useChatView } from '../page/use-chat.js';
import { partsOf, type Part } from './message-parts.js';

interface MessageTextProps {
  id: string;
  message: Message;
  /** Whether its links can be reached with Tab. */
  isCurrent: boolean;
}

export function MessageText({ id, message, isCurrent }: MessageTextProps) {
  const { state } = useChatView();
  if (message.text === null)
    return (
      <p id={id} className="message-gone">
        This message was deleted.
      </p>
    );
  return (
    <p id={id} className="message-text" dir="auto">
      {partsOf(message.text, message.mentions, state.people).map((part, index) => (
        <Shown key={index} part={part} isCurrent={isCurrent} />
      ))}
      {message.editedAt !== null && <span className="message-edited"> (edited)</span>}
    </p>
  );
}

function Shown({ part, isCurrent }: { part: Part; isCurrent: boolean }) {
  const { state } = useChatView();
  if (part.kind === 'text') return part.text;
  if (part.kind === 'link')
    return (
      <a href={part.text} target="_blank" rel="noreferrer" tabIndex={isCurrent ? 0 : -1}>
        {part.text}
      </a>
    );
  const isMe = part.userId === state.me;
  return (
    <span className={isMe ? 'mention mention-me' : 'mention'} title={nameOf(state, part.userId)}>
      {part.text}
    </span>
  );
}
