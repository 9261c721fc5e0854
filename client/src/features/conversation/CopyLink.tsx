import { useEffect, useState } from 'react';
import { words } from '../../words/words.js';
import type { Message } from '../rooms/message.js';
import { hrefOfRoom } from '../rooms/room-address.js';

/** How long the button shows that the link was copied, in ms. */
const SHOWN = 4_000;

/** Copies the address of a message. */
export function CopyLink({ message: { roomId, seq } }: { message: Message }) {
  const [note, setNote] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setNote(''), SHOWN);
    return () => clearTimeout(timer);
  }, [note]);

  async function copy() {
    const address = new URL(hrefOfRoom(roomId, seq), location.href);
    try {
      await navigator.clipboard.writeText(address.href);
      setNote(words.conversation.linkCopied);
    } catch {
      // Pages over plain HTTP from another machine have no clipboard.
      location.assign(address);
      setNote(words.conversation.linkInAddressBar);
    }
  }

  return (
    <>
      <span role="status" className="visually-hidden">
        {note}
      </span>
      <button type="button" onClick={() => void copy()}>
        {note === '' ? words.conversation.copyLink : note}
      </button>
    </>
  );
}
