import { useRef, useState } from 'react';
import { withLineFeeds } from '../../../src/http/text.js';
import { messageMistake } from '../../../src/rooms/message-text.js';
import { editMessage } from '../chat/chat-api.js';
import type { Message } from '../chat/message.js';
import { failureOf } from '../http/failure.js';
import { onEscape } from '../users/on-escape.js';
import { MessageField } from './MessageField.js';

interface MessageEditorProps {
  message: Message;
  onClose: () => void;
}

export function MessageEditor({ message, onClose }: MessageEditorProps) {
  const { group, close } = useClosing(onClose);
  const [text, setText] = useState(message.text ?? '');
  const [failure, setFailure] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);

  /** Deleted elsewhere: what was being written can still be copied. */
  const isGone = message.text === null;

  async function save() {
    const edited = withLineFeeds(text);
    if (saving || isGone || edited.trim() === '') return;
    if (edited === message.text) return close();
    const mistake = messageMistake(edited);
    if (mistake) return setFailure(`The message ${mistake}.`);
    setSaving(true);
    try {
      await editMessage(message, edited);
      close();
    } catch (error) {
      const { message: whole, fields } = failureOf(error, ['text']);
      setFailure(whole ?? fields['text'] ?? null);
      setSaving(false);
    }
  }

  return (
    <div
      ref={group}
      className="message-editor"
      role="group"
      aria-label="Edit the message"
      onKeyDown={onEscape(close)}
    >
      <MessageField
        label="Edit the message"
        roomId={message.roomId}
        text={text}
        autoFocus
        readOnly={isGone}
        onType={setText}
        onSend={() => void save()}
      />
      <p role="alert" className="failure">
        {isGone ? 'This message was deleted meanwhile. What you wrote can be copied.' : failure}
      </p>
      <div className="actions">
        {!isGone && (
          <button
            type="button"
            className="button-primary"
            aria-disabled={saving}
            onClick={() => void save()}
          >
            Save
          </button>
        )}
        <button type="button" className="button-quiet" onClick={close}>
          {isGone ? 'Close' : 'Cancel'}
        </button>
      </div>
    </div>
  );
}

/** The focus goes back to where it came from: to the composer, or to the message, whose button is not there meanwhile. */
function useClosing(onClose: () => void) {
  const group = useRef<HTMLDivElement>(null);
  const [opener] = useState(() => document.activeElement);

  function close() {
    const { activeElement, body } = document;
    const row = group.current?.closest('article');
    const back = opener instanceof HTMLTextAreaElement && opener.isConnected ? opener : row;
    // It may be elsewhere by now, and must not be torn from there.
    const isHere = activeElement === body || group.current?.contains(activeElement);
    onClose();
    if (isHere) back?.focus();
  }
  return { group, close };
}
