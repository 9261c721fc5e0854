import { useState } from 'react';
import { useStore } from '../../store/use-store.js';
import { FailureText } from '../../ui/FailureText.js';
import { focusOnMount } from '../../ui/focus-on-mount.js';
import { onEscape } from '../../ui/on-escape.js';
import { passFocusTo } from '../../ui/pass-focus-to.js';
import { useAttempt } from '../../ui/use-attempt.js';
import { words } from '../../words/words.js';
import { draftOf, draftsService } from '../drafts/drafts.js';
import { textOrNames } from '../files/file-names.js';
import { useExcerpt } from '../formatting/use-excerpt.js';
import { reactionWords } from '../reactions/reactions.words.js';
import { ReactButton } from '../reactions/ReactButton.js';
import type { Message } from '../rooms/message.js';
import { deleteMessage } from './messages-api.js';
import { MoreActions } from './MoreActions.js';

interface MessageActionsProps {
  message: Message;
  isOwner: boolean;
  isOpen: boolean;
  /** Whether Tab reaches them. */
  isCurrent: boolean;
  /** The field of a thread is for replies, and the room has its own read marker. */
  isInThread: boolean;
  onEdit: (message: Message) => void;
}

/** Reacting, replying, editing own messages, deleting them (owners of the room delete any), and a menu with the other actions. */
export function MessageActions(props: MessageActionsProps) {
  const { message, isOwner, isOpen, isCurrent, isInThread, onEdit } = props;
  const store = useStore();
  const { me } = store;
  const drafts = store.service(draftsService);
  const [state, setState] = useState<'resting' | 'asking' | 'asked'>('resting');
  const text = useExcerpt(textOrNames(message.text ?? '', message.files));
  const mine = message.authorId === me;
  const isDeletable = mine || isOwner;
  if (state === 'asking') return <Question message={message} onClose={() => setState('asked')} />;
  return (
    <div ref={passFocusOn} className="message-actions">
      {isOpen && (
        <ReactButton className="button-quiet" message={message} isCurrent={isCurrent}>
          {reactionWords.react}
        </ReactButton>
      )}
      {isOpen && !isInThread && (
        <button
          type="button"
          className="button-quiet"
          aria-label={words.conversation.replyOf(text)}
          tabIndex={isCurrent ? 0 : -1}
          onClick={() => drafts.keep(draftOf(message.roomId), { replyTo: message.seq })}
        >
          {words.conversation.reply}
        </button>
      )}
      {mine && isOpen && (
        <button
          type="button"
          className="button-quiet"
          aria-label={words.conversation.editOf(text)}
          tabIndex={isCurrent ? 0 : -1}
          onClick={() => onEdit(message)}
        >
          {words.conversation.edit}
        </button>
      )}
      {isDeletable && (
        <button
          type="button"
          className="button-quiet"
          aria-label={words.conversation.deleteOf(text)}
          tabIndex={isCurrent ? 0 : -1}
          ref={state === 'asked' ? focusOnMount : null}
          onClick={() => setState('asking')}
        >
          {words.conversation.delete}
        </button>
      )}
      <MoreActions message={message} excerpt={text} isCurrent={isCurrent} isInThread={isInThread} />
    </div>
  );
}

function Question({ message, onClose }: { message: Message; onClose: () => void }) {
  const { failure, attempt } = useAttempt();
  return (
    <div
      ref={passFocusOn}
      className="message-actions message-question"
      role="group"
      aria-label={words.conversation.deleteQuestion}
      onKeyDown={onEscape(onClose)}
    >
      <FailureText text={failure} />
      <span>{words.conversation.deleteShort}</span>
      <button
        type="button"
        className="button-quiet button-danger"
        onClick={() => attempt(deleteMessage(message).then(onClose))}
      >
        {words.conversation.delete}
      </button>
      <button type="button" className="button-quiet" ref={focusOnMount} onClick={onClose}>
        {words.conversation.keep}
      </button>
    </div>
  );
}

const passFocusOn = passFocusTo('article');
