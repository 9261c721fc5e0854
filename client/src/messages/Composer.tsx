import { useRef, useState } from 'react';
import { withLineFeeds } from '../../../src/http/text.js';
import { messageMistake } from '../../../src/rooms/message-text.js';
import { tellTyping } from '../chat/chat-api.js';
import { titleOf } from '../chat/names.js';
import type { Membership } from '../chat/room.js';
import { useChat, useChatView } from '../page/use-chat.js';
import { MessageField } from './MessageField.js';

/** Others show it for 6 s, so this often is enough, in ms. */
const TELL_TYPING = 3_000;

interface ComposerProps {
  membership: Membership;
  onEditLast: () => void;
}

export function Composer({ membership, onEditLast }: ComposerProps) {
  const chat = useChat();
  const { state } = useChatView();
  const { room } = membership;
  const field = useRef<HTMLTextAreaElement>(null);
  const told = useRef(0);
  const [text, setText] = useState(() => chat.drafts.of(room.id));
  /** As the server keeps it, so that nothing changes once it is sent. */
  const message = withLineFeeds(text).trim();
  const mistake = message === '' ? undefined : messageMistake(message);

  function type(next: string) {
    setText(next);
    chat.drafts.keep(room.id, next);
    if (next === '' || Date.now() - told.current < TELL_TYPING) return;
    told.current = Date.now();
    tellTyping(room.id).catch(() => {});
  }

  function send() {
    if (message === '' || mistake) return;
    chat.outbox.add(room.id, message);
    type('');
    told.current = 0;
    field.current?.focus();
  }

  return (
    <form
      className="composer"
      aria-label="New message"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <MessageField
        label={`Message to ${titleOf(state, membership)}`}
        placeholder={`Message ${titleOf(state, membership)}`}
        roomId={room.id}
        text={text}
        autoFocus={matchMedia('(pointer: fine)').matches}
        fieldRef={field}
        onType={type}
        onSend={send}
        onUp={onEditLast}
      />
      <button
        type="submit"
        className="button-primary"
        aria-disabled={message === '' || mistake !== undefined}
      >
        Send
      </button>
      {mistake && (
        <p className="field-error" role="alert">
          The message {mistake}.
        </p>
      )}
    </form>
  );
}
