import { followWithPanel } from '../../shell/panel.js';
import { words } from '../../words/words.js';
import { textOrNames } from '../files/file-names.js';
import { usePlainText } from '../formatting/plain-text.js';
import { useName } from '../people/use-name.js';
import type { Message } from '../rooms/message.js';
import { hrefOfRoom } from '../rooms/room-address.js';
import { useMessage } from './use-message.js';

interface QuoteProps {
  id?: string;
  roomId: string;
  /** The place of the quoted message. */
  seq: number;
  /** Whether Tab reaches it. */
  isCurrent?: boolean;
}

/** The message to which another one replies, in one line, so that its row does not grow when it is loaded. */
export function Quote({ id, roomId, seq, isCurrent = true }: QuoteProps) {
  const message = useMessage(roomId, seq);
  return (
    <a
      id={id}
      className="quote"
      href={hrefOfRoom(roomId, seq)}
      tabIndex={isCurrent ? 0 : -1}
      // A panel that contains the quote may cover the message, and closes.
      onClick={(event) => event.currentTarget.closest('aside') ?? followWithPanel(event)}
      aria-label={message ? undefined : words.app.loading}
    >
      {message && <Quoted message={message} />}
    </a>
  );
}

function Quoted({ message: { authorId, text, files } }: { message: Message }) {
  const author = useName(authorId);
  const plain = usePlainText(textOrNames(text ?? '', files));
  return (
    <>
      <span className="visually-hidden">{words.conversation.inReplyTo}</span>{' '}
      <span className="quote-author" dir="auto">
        {author}
      </span>{' '}
      <span dir="auto" className={text === null ? 'message-gone' : undefined}>
        {text === null ? words.conversation.deleted : plain}
      </span>
    </>
  );
}
