import { memo, useId } from 'react';
import { isMentioned } from '../../../../src/rooms/room/notification-level.js';
import { partOf } from '../../store/state.js';
import { useSelected, useStore } from '../../store/use-store.js';
import { Avatar } from '../../ui/Avatar.js';
import { Clock } from '../../ui/Clock.js';
import { words } from '../../words/words.js';
import { MessageFiles } from '../files/MessageFiles.js';
import { useName } from '../people/use-name.js';
import { onlineUsers } from '../presence/presence.js';
import { Reactions } from '../reactions/Reactions.js';
import { PinMark } from '../pins/PinMark.js';
import { PersonButton } from '../rooms/PersonButton.js';
import type { Message } from '../rooms/message.js';
import { SavedMark } from '../saved/SavedMark.js';
import { ThreadLine } from '../threads/ThreadLine.js';
import { DayLine } from './DayLine.js';
import { MessageActions } from './MessageActions.js';
import { MessageEditor } from './MessageEditor.js';
import { MessageText } from './MessageText.js';
import { Quote } from './Quote.js';

interface MessageRowProps {
  /** Undefined until it is loaded. */
  message: Message | undefined;
  before: Message | undefined;
  /** Whether the user owns the room. */
  isOwner: boolean;
  /** Whether one can write in the room. */
  isOpen: boolean;
  isFirst: boolean;
  /** Whether something comes between it and the message before. */
  isApart?: boolean;
  /** The first new message. */
  isFresh: boolean;
  isTarget: boolean;
  isEdited: boolean;
  /** Whether the user has saved it. */
  isSaved: boolean;
  /** The message that Tab reaches. */
  isCurrent: boolean;
  /** A thread shows replies without the actions that concern the room. */
  isInThread?: boolean;
  onEdit: (message: Message | null) => void;
}

export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { message, before, isFirst, isApart, isFresh } = props;
  if (!message) return <div className="message-missing" aria-hidden="true" />;
  const newDay = isFirst || (before !== undefined && !isSameDay(before, message));
  const starts = newDay || isFresh || isApart;
  const follows = !starts && before !== undefined && isContinued(before, message);
  return (
    <>
      {newDay && <DayLine iso={message.createdAt} />}
      {isFresh && (
        <p className="fresh-line">
          <span>{words.conversation.newLine}</span>
        </p>
      )}
      <Said {...props} message={message} follows={follows} />
    </>
  );
});

function Said(props: MessageRowProps & { message: Message; follows: boolean }) {
  const { message, follows, isOwner, isOpen, isTarget, isEdited, isSaved, isCurrent } = props;
  const { isInThread, onEdit } = props;
  const { me } = useStore();
  const isOnline = useSelected(({ state }) => partOf(state, onlineUsers).has(message.authorId));
  const author = useName(message.authorId);
  const textId = useId();
  const reactionsId = useId();
  const quoteId = useId();
  const filesId = useId();
  const marksId = useId();
  const classes = ['message'];
  if (follows) classes.push('message-follows');
  if (isTarget) classes.push('message-target');
  if (message.authorId !== me && isMentioned(message, me)) classes.push('message-for-me');
  return (
    <article
      className={classes.join(' ')}
      aria-label={words.conversation.author(author)}
      aria-describedby={
        isEdited ? undefined : `${marksId} ${quoteId} ${textId} ${filesId} ${reactionsId}`
      }
      aria-posinset={message.seq}
      tabIndex={isCurrent ? 0 : -1}
    >
      {follows ? (
        <Clock iso={message.createdAt} />
      ) : (
        <Avatar id={message.authorId} name={author} isOnline={isOnline} />
      )}
      <div className="message-body">
        {!follows && (
          <p className="message-head">
            <PersonButton
              userId={message.authorId}
              roomId={message.roomId}
              className="message-author"
              isCurrent={isCurrent}
            >
              {author}
            </PersonButton>
            <Clock iso={message.createdAt} />
          </p>
        )}
        <p id={marksId} className="message-marks">
          <PinMark message={message} />
          {isSaved && <SavedMark />}
        </p>
        {message.replyTo !== null && message.text !== null && (
          <Quote id={quoteId} roomId={message.roomId} seq={message.replyTo} isCurrent={isCurrent} />
        )}
        {isEdited ? (
          <MessageEditor message={message} onClose={() => onEdit(null)} />
        ) : (
          <MessageText id={textId} message={message} isCurrent={isCurrent} />
        )}
        <MessageFiles
          id={filesId}
          roomId={message.roomId}
          files={message.files}
          isCurrent={isCurrent}
        />
        <Reactions id={reactionsId} message={message} isArchived={!isOpen} isCurrent={isCurrent} />
        {message.thread !== null && <ThreadLine message={message} isCurrent={isCurrent} />}
      </div>
      {message.text !== null && !isEdited && (
        <MessageActions
          message={message}
          isOwner={isOwner}
          isOpen={isOpen}
          isCurrent={isCurrent}
          isInThread={isInThread ?? false}
          onEdit={onEdit}
        />
      )}
    </article>
  );
}

/** Messages of one author within this time, in ms, share one heading. */
const SAME_HEADING = 5 * 60_000;

function isContinued(before: Message, { authorId, createdAt }: Message): boolean {
  const pause = Date.parse(createdAt) - Date.parse(before.createdAt);
  return before.authorId === authorId && pause < SAME_HEADING;
}

function isSameDay(one: Message, other: Message): boolean {
  return new Date(one.createdAt).toDateString() === new Date(other.createdAt).toDateString();
}
