import { memo, useId } from 'react';
import type { Message } from '../chat/message.js';
import type { Membership } from '../chat/room.js';
import { Avatar } from '../page/Avatar.js';
import { useChatView } from '../page/use-chat.js';
import { useName } from '../page/use-person.js';
import { DayLine } from './DayLine.js';
import { MessageActions } from './MessageActions.js';
import { MessageEditor } from './MessageEditor.js';
import { MessageText } from './MessageText.js';
import { Clock } from './Clock.js';

interface MessageRowProps {
  /** Undefined while it is on its way from the server. */
  message: Message | undefined;
  before: Message | undefined;
  membership: Membership;
  isFirst: boolean;
  /** What is new begins with it. */
  isFresh: boolean;
  isTarget: boolean;
  isEdited: boolean;
  /** The one that can be reached with Tab. */
  isCurrent: boolean;
  onEdit: (message: Message | null) => void;
}

export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { message, before, isFirst, isFresh } = props;
  if (!message) return <div className="message-missing" aria-hidden="true" />;
  const newDay = isFirst || (before !== undefined && !isSameDay(before, message));
  const follows = !newDay && !isFresh && before !== undefined && isContinued(before, message);
  return (
    <>
      {newDay && <DayLine iso={message.createdAt} />}
      {isFresh && (
        <p className="fresh-line">
          <span>New</span>
        </p>
      )}
      <Said {...props} message={message} follows={follows} />
    </>
  );
});

function Said(props: MessageRowProps & { message: Message; follows: boolean }) {
  const { message, follows, membership, isTarget, isEdited, isCurrent, onEdit } = props;
  const { state, online } = useChatView();
  const author = useName(message.authorId);
  const textId = useId();
  const classes = ['message'];
  if (follows) classes.push('message-follows');
  if (isTarget) classes.push('message-target');
  if (message.mentions.includes(state.me)) classes.push('message-for-me');
  return (
    <article
      className={classes.join(' ')}
      aria-label={`${author}:`}
      aria-describedby={isEdited ? undefined : textId}
      aria-posinset={message.seq}
      aria-setsize={membership.lastSeq}
      tabIndex={isCurrent ? 0 : -1}
    >
      {follows ? (
        <Clock iso={message.createdAt} />
      ) : (
        <Avatar id={message.authorId} name={author} isOnline={online.has(message.authorId)} />
      )}
      <div className="message-body">
        {!follows && (
          <p className="message-head">
            <span className="message-author" dir="auto">
              {author}
            </span>
            <Clock iso={message.createdAt} />
          </p>
        )}
        {isEdited ? (
          <MessageEditor message={message} onClose={() => onEdit(null)} />
        ) : (
          <MessageText id={textId} message={message} isCurrent={isCurrent} />
        )}
      </div>
      {message.text !== null && !isEdited && (
        <MessageActions
          message={message}
          membership={membership}
          isCurrent={isCurrent}
          onEdit={onEdit}
        />
      )}
    </article>
  );
}

/** Within this, in ms, what someone goes on to say stands under the same name. */
const BREATH = 5 * 60_000;

function isContinued(before: Message, { authorId, createdAt }: Message): boolean {
  const pause = Date.parse(createdAt) - Date.parse(before.createdAt);
  return before.authorId === authorId && pause < BREATH;
}

function isSameDay(one: Message, other: Message): boolean {
  return new Date(one.createdAt).toDateString() === new Date(other.createdAt).toDateString();
}
