import { useMemo } from 'react';
import { useSelected } from '../../store/use-store.js';
import { Rich } from '../../ui/Rich.js';
import { ShortTime } from '../../ui/ShortTime.js';
import { FileThumbnail } from '../files/FileThumbnail.js';
import { usePlainText } from '../formatting/plain-text.js';
import { useName } from '../people/use-name.js';
import { membershipIn } from '../rooms/memberships.js';
import type { Message } from '../rooms/message.js';
import { titleOf } from '../rooms/names.js';
import { hrefOfRoom } from '../rooms/room-address.js';
import { excerpt, highlights } from './highlights.js';
import { listedMessagesWords as words } from './listed-messages.words.js';
import './listed-messages.css';

/** A link to the place of a message, with its room, its author, its text and its files, in which the words of the query are marked. */
export function ListedMessage({ message, query }: { message: Message; query: string }) {
  const author = useName(message.authorId);
  const room = useSelected(({ state }) => {
    const mine = membershipIn(state, message.roomId);
    return mine ? titleOf(state, mine) : words.unknownRoom;
  });
  const text = usePlainText(message.text ?? '');
  return (
    <a href={hrefOfRoom(message.roomId, message.seq)} className="listed-message">
      <span className="listed-where">
        <Rich
          text={words.where}
          values={{ room: <bdi>{room}</bdi>, author: <bdi>{author}</bdi> }}
        />
      </span>
      <ShortTime iso={message.createdAt} />
      {text !== '' && <Highlighted className="listed-text" text={text} query={query} />}
      {message.files.map((file) => (
        <span key={file.id} className="listed-file">
          <FileThumbnail roomId={message.roomId} file={file} />
          <Highlighted text={file.name} query={query} />
        </span>
      ))}
    </a>
  );
}

interface HighlightedProps {
  className?: string;
  text: string;
  query: string;
}

function Highlighted({ className, text, query }: HighlightedProps) {
  const parts = useMemo(() => excerpt(highlights(text, query)), [text, query]);
  return (
    <span className={className} dir="auto">
      {parts.map((part, index) =>
        part.isFound ? <mark key={index}>{part.text}</mark> : part.text,
      )}
    </span>
  );
}
