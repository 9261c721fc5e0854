import { useState, type KeyboardEvent } from 'react';
import { editMessage } from '../chat/chat-api.js';
import type { Message } from '../chat/message.js';
import { failureOf } from '../http/failure.js';
import { MessageField } from './MessageField.js';

interface MessageEditorProps {
  message: Message;
  onClose: () => void;
}

export function MessageEditor({ message, onClose }: MessageEditorProps) {
  const [text, setText] = useState(message.text ?? '');
  const [failure, setFailure] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);

  /** Deleted elsewhere: what was being written can still be copied. */
  const isGone = message.text === null;

  async function save() {
    if (saving || isGone || text.trim() === '') return;
    if (text === message.text) return onClose();
    setSaving(true);
    try {
      await editMessage(message, text);
      onClose();
    } catch (error) {
      const { message: whole, fields } = failureOf(error, ['text']);
      setFailure(whole ?? fields['text'] ?? null);
      setSaving(false);
    }
  }

  function onKey({ key, nativeEvent }: KeyboardEvent) {
    if (key === 'Escape' && !nativeEvent.isComposing) onClose();
  }

  return (
    <div className="message-editor" role="group" aria-label="Edit the message" onKeyDown={onKey}>
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
        <button type="button" className="button-quiet" onClick={onClose}>
          {isGone ? 'Close' : 'Cancel'}
        </button>
      </div>
    </div>
  );
}
