import { MissingCode } from '../../ui/MissingCode.js';
import { useLazyCode } from '../../ui/use-lazy-code.js';
import { SidePane } from '../rooms/SidePane.js';
import { threadWords as words } from '../threads/threads.words.js';
import { lazyPanes } from './lazy-panes.js';
import type { ThreadPaneProps } from './thread-pane-props.js';

/** A thread, or the threads of a room, next to the history. The code is loaded when the first one is opened. */
export function ThreadPane(props: ThreadPaneProps) {
  const { seq, onClose } = props;
  const panes = useLazyCode(lazyPanes, true);
  return (
    <SidePane title={seq === null ? words.threads : words.thread} onClose={onClose}>
      {!panes && <MissingCode code={lazyPanes} />}
      {panes && seq === null && <panes.ThreadList {...props} />}
      {panes && seq !== null && <panes.ThreadView {...props} key={seq} seq={seq} />}
    </SidePane>
  );
}
