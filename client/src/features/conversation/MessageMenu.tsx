import { useStore } from '../../store/use-store.js';
import { PinAction } from '../pins/PinAction.js';
import type { Message } from '../rooms/message.js';
import { SaveAction } from '../saved/SaveAction.js';
import { CopyLink } from './CopyLink.js';
import { MarkUnread } from './MarkUnread.js';

export interface MessageMenuProps {
  message: Message;
  /** The room has its own read marker. */
  isInThread: boolean;
  onDone: () => void;
}

/** The less frequent actions of a message. */
export function MessageMenu({ message, isInThread, onDone }: MessageMenuProps) {
  const isMine = message.authorId === useStore().me;
  return (
    <>
      <CopyLink message={message} />
      {!isMine && !isInThread && <MarkUnread message={message} onDone={onDone} />}
      <SaveAction message={message} onDone={onDone} />
      <PinAction message={message} onDone={onDone} />
    </>
  );
}
