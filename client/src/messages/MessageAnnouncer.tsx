import { useEffect, useState } from 'react';
import { nameOf } from '../chat/names.js';
import { useChat } from '../page/use-chat.js';

/** Long enough to make one announcement of a burst, in ms. */
const GATHER = 700;
/** More than this is told as a number. */
const MOST = 3;

/** Reads out what others say in the room that is open. */
export function MessageAnnouncer({ roomId }: { roomId: string | null }) {
  const chat = useChat();
  const [text, setText] = useState('');

  useEffect(() => {
    let gathered: string[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const announce = () => {
      timer = undefined;
      setText(gathered.length > MOST ? `${gathered.length} new messages` : gathered.join('. '));
      gathered = [];
    };
    const stop = chat.onFact(({ name, data }) => {
      if (name !== 'message.posted' || data.roomId !== roomId || data.authorId === chat.me) return;
      if (data.text === null) return;
      gathered.push(`${nameOf(chat.state, data.authorId)}: ${data.text}`);
      timer ??= setTimeout(announce, GATHER);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [chat, roomId]);

  // Emptied, so that the same words twice are said twice.
  useEffect(() => {
    const timer = setTimeout(() => setText(''), 10_000);
    return () => clearTimeout(timer);
  }, [text]);

  return (
    <div className="visually-hidden" role="status" aria-label="New messages">
      {text}
    </div>
  );
}
