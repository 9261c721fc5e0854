import { words } from '../../words/words.js';
import type { Message } from '../rooms/message.js';
import { RichText } from './RichText.js';

interface MessageTextProps {
  id: string;
  message: Message;
  /** Whether Tab reaches its links. */
  isCurrent: boolean;
}

export function MessageText({ id, message, isCurrent }: MessageTextProps) {
  const { text, editedAt } = message;
  if (text === null)
    return (
      <p id={id} className="message-gone">
        {words.conversation.deleted}
      </p>
    );
  if (text === '' && editedAt === null) return null;
  return (
    <RichText id={id} text={text} message={message} isCurrent={isCurrent}>
      {editedAt !== null && <span className="message-edited">{words.conversation.edited}</span>}
    </RichText>
  );
}
