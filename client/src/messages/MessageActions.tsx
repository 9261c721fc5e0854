import { useState } from 'react';
import { deleteMessage } from '../chat/chat-api.js';
import type { Message } from '../chat/message.js';
import type { Membership } from '../chat/room.js';
import { failureOf } from '../http/failure.js';
import { useChat } from '../page/use-chat.js';
import { onEscape } from '../users/on-escape.js';

interface MessageActionsProps {
  message: Message;
  membership: Membership;
  /** Whether they can be reached with Tab. */
  isCurrent: boolean;
  onEdit: (message: Message) => void;
}

/** What I may do with a message; mine, or any in a room that I own. */
export function MessageActions({ message, membership, isCurrent, onEdit }: MessageActionsProps) {
  const { me } = useChat();
  const [state, setState] = useState<'resting' | 'asking' | 'asked'>('resting');
  const mine = message.authorId === me;
  if (!mine && membership.role !== 'owner') return null;
  if (state === 'asking') return <Question message={message} onClose={() => setState('asked')} />;
  return (
    <div ref={passFocusOn} className="message-actions">
      {mine && membership.room.archivedAt === null && (
        <button
          type="button"
          className="button-quiet"
          aria-label={`Edit: ${excerpt(message)}`}
          tabIndex={isCurrent ? 0 : -1}
          onClick={() => onEdit(message)}
        >
          Edit
        </button>
      )}
      <button
        type="button"
        className="button-quiet"
        aria-label={`Delete: ${excerpt(message)}`}
        tabIndex={isCurrent ? 0 : -1}
        autoFocus={state === 'asked'}
        onClick={() => setState('asking')}
      >
        Delete
      </button>
    </div>
  );
}

function Question({ message, onClose }: { message: Message; onClose: () => void }) {
  const [failure, setFailure] = useState<string | null>(null);
  const remove = () =>
    deleteMessage(message).then(onClose, (error: unknown) => setFailure(failureOf(error).message));
  return (
    <div
      ref={passFocusOn}
      className="message-actions message-question"
      role="group"
      aria-label="Delete this message?"
      onKeyDown={onEscape(onClose)}
    >
      <span role="alert" className="failure">
        {failure}
      </span>
      <span>Delete?</span>
      <button type="button" className="button-quiet button-danger" onClick={() => void remove()}>
        Delete
      </button>
      <button type="button" className="button-quiet" autoFocus onClick={onClose}>
        Keep
      </button>
    </div>
  );
}

/** A ref for what goes while it has the focus: its message takes that. */
function passFocusOn(element: HTMLElement | null) {
  return () => {
    if (element?.contains(document.activeElement)) element.closest('article')?.focus();
  };
}

function excerpt({ text }: Message): string {
  const chars = Array.from(text ?? '');
  return chars.length > 40 ? `${chars.slice(0, 40).join('')}…` : chars.join('');
}
