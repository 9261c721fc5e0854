import { useEffect, useRef, useState } from 'react';
import { withLineFeeds } from '../../../../src/http/text.js';
import { messageMistake } from '../../../../src/rooms/messages/message-text.js';
import { type Failure, failureOf, noFailure } from '../../http/failure.js';
import { FailureText } from '../../ui/FailureText.js';
import { useStore } from '../../store/use-store.js';
import { onEscape } from '../../ui/on-escape.js';
import { useFailure } from '../../ui/use-failure.js';
import { words } from '../../words/words.js';
import type { Message } from '../rooms/message.js';
import { editsInProgress } from './edits-in-progress.js';
import { MessageField } from './MessageField.js';
import { editMessage } from './messages-api.js';

interface MessageEditorProps {
  message: Message;
  onClose: () => void;
}

export function MessageEditor({ message, onClose }: MessageEditorProps) {
  const { group, close } = useClosing(onClose);
  const edits = useStore().service(editsInProgress);
  const [kept] = useState(() => edits.in(message.roomId));
  const [text, setText] = useState(kept?.text ?? message.text ?? '');
  const [failure, setFailure] = useFailure();
  const [saving, setSaving] = useState(false);

  /** Deleted elsewhere: the user can still copy the text. */
  const isGone = message.text === null;

  useEffect(() => edits.keep(message, text), [edits, message, text]);

  async function save() {
    const isEmpty = text.trim() === '';
    const edited = isEmpty ? '' : withLineFeeds(text);
    if (saving || isGone || (isEmpty && message.files.length === 0)) return;
    if (edited === message.text) return close();
    const mistake = isEmpty ? undefined : messageMistake(edited);
    if (mistake) return setFailure({ ...noFailure, message: words.errors.mistakes(mistake) });
    setSaving(true);
    try {
      await editMessage(message, edited);
      close();
    } catch (error) {
      setFailure(failureOf(error, ['text']));
      setSaving(false);
    }
  }

  return (
    <div
      ref={group}
      className="message-editor"
      role="group"
      aria-label={words.conversation.editMessage}
      onKeyDown={onEscape(close)}
    >
      <MessageField
        label={words.conversation.editMessage}
        roomId={message.roomId}
        text={text}
        // A kept edit may be out of sight, and the focus would move the view.
        autoFocus={kept === undefined}
        readOnly={isGone}
        onType={setText}
        onSend={() => void save()}
      />
      <FailureText text={isGone ? words.conversation.deletedWhileEditing : textOf(failure)} />
      <div className="actions">
        {!isGone && (
          <button
            type="button"
            className="button-primary"
            aria-disabled={saving}
            onClick={() => void save()}
          >
            {words.conversation.save}
          </button>
        )}
        <button type="button" className="button-quiet" onClick={close}>
          {isGone ? words.conversation.close : words.conversation.cancel}
        </button>
      </div>
    </div>
  );
}

const textOf = ({ message, fields }: Failure): string | null => message ?? fields['text'] ?? null;

/** Returns the focus to where it came from: the composer, or the message, whose button is hidden meanwhile. */
function useClosing(onClose: () => void) {
  const group = useRef<HTMLDivElement>(null);
  const [opener] = useState(() => document.activeElement);

  function close() {
    const { activeElement, body } = document;
    const row = group.current?.closest('article');
    const back = opener instanceof HTMLTextAreaElement && opener.isConnected ? opener : row;
    // The focus may have moved on; then it stays there.
    const isHere = activeElement === body || group.current?.contains(activeElement);
    onClose();
    if (isHere) back?.focus();
  }
  return { group, close };
}
