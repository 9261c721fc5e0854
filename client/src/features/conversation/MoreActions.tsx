import { MenuButton } from '../../ui/MenuButton.js';
import { MissingCode } from '../../ui/MissingCode.js';
import { useLazyCode } from '../../ui/use-lazy-code.js';
import { words } from '../../words/words.js';
import type { Message } from '../rooms/message.js';
import { lazyMenu } from './lazy-menu.js';
import type { MessageMenuProps } from './MessageMenu.js';

interface MoreActionsProps {
  message: Message;
  /** The start of its text. */
  excerpt: string;
  /** Whether Tab reaches it. */
  isCurrent: boolean;
  isInThread: boolean;
}

/** Opens the less frequent actions of a message. */
export function MoreActions({ message, excerpt, isCurrent, isInThread }: MoreActionsProps) {
  return (
    <MenuButton
      label={words.conversation.moreFor(excerpt)}
      className="button-quiet more-actions"
      isReachable={isCurrent}
    >
      {(onDone) => <Menu message={message} isInThread={isInThread} onDone={onDone} />}
    </MenuButton>
  );
}

function Menu(props: MessageMenuProps) {
  const code = useLazyCode(lazyMenu, true);
  return code ? <code.MessageMenu {...props} /> : <MissingCode code={lazyMenu} />;
}
