import { MissingCode } from '../../ui/MissingCode.js';
import { useLazyCode } from '../../ui/use-lazy-code.js';
import { pinWords as words } from '../pins/pins.words.js';
import { SidePane } from '../rooms/SidePane.js';
import { lazyPanes } from './lazy-panes.js';

/** The pinned messages, next to the history. */
export function PinsPane({ roomId, onClose }: { roomId: string; onClose: () => void }) {
  const panes = useLazyCode(lazyPanes, true);
  return (
    <SidePane title={words.heading} onClose={onClose}>
      {panes ? <panes.PinList roomId={roomId} /> : <MissingCode code={lazyPanes} />}
    </SidePane>
  );
}
