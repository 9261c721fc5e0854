import { useEffect, useRef, useState } from 'react';
import { withLineFeeds } from '../../../../src/http/text.js';
import { messageMistake } from '../../../../src/rooms/messages/message-text.js';
import { useStore } from '../../store/use-store.js';
import { words } from '../../words/words.js';
import { draftsService } from '../drafts/drafts.js';
import { threadWords } from '../threads/threads.words.js';
import { MessageField } from './MessageField.js';
import { outboxService } from './outbox-service.js';

/** Writes a reply to the first message of a thread. */
export function ThreadComposer({ roomId, seq }: { roomId: string; seq: number }) {
  const store = useStore();
  const drafts = store.service(draftsService);
  const draft = `${roomId}/${seq}`;
  const field = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(() => drafts.in(draft));
  useEffect(() => drafts.onChangeElsewhere(draft, setText), [drafts, draft]);
  const message = withLineFeeds(text).trim();
  const mistake = message === '' ? undefined : messageMistake(message);

  function type(next: string) {
    setText(next);
    drafts.keep(draft, next);
  }

  function send() {
    if (message === '' || mistake) return;
    store.service(outboxService).outbox.add(roomId, message, { replyTo: seq });
    type('');
    field.current?.focus();
  }

  return (
    <form
      className="composer"
      aria-label={threadWords.reply}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <MessageField
        label={threadWords.reply}
        placeholder={threadWords.reply}
        roomId={roomId}
        text={text}
        autoFocus={matchMedia('(pointer: fine)').matches}
        fieldRef={field}
        onType={type}
        onSend={send}
      />
      <button
        type="submit"
        className="button-primary"
        aria-disabled={message === '' || mistake !== undefined}
      >
        {words.conversation.send}
      </button>
      {mistake && (
        <p className="field-error" role="alert">
          {words.errors.mistakes(mistake)}
        </p>
      )}
    </form>
  );
}
