import type { Message } from '../chat/message.js';
import { nameOf } from '../chat/names.js';
import { useChatView } from '../page/use-chat.js';
import { partsOf, type Part } from './message-parts.js';

export function MessageText({ message }: { message: Message }) {
  const { state } = useChatView();
  if (message.text === null) return <p className="message-gone">This message was deleted.</p>;
  return (
    <p className="message-text" dir="auto">
      {partsOf(message.text, message.mentions, state.people).map((part, index) => (
        <Shown key={index} part={part} />
      ))}
      {message.editedAt !== null && <span className="message-edited"> (edited)</span>}
    </p>
  );
}

function Shown({ part }: { part: Part }) {
  const { state } = useChatView();
  if (part.kind === 'text') return part.text;
  if (part.kind === 'link')
    return (
      <a href={part.text} target="_blank" rel="noreferrer">
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
