import { MissingCode } from '../../ui/MissingCode.js';
import { useLazyCode } from '../../ui/use-lazy-code.js';
import { words } from '../../words/words.js';
import type { Membership } from '../rooms/room.js';
import { SidePane } from '../rooms/SidePane.js';
import { lazyPanes } from './lazy-panes.js';

interface MembersPaneProps {
  membership: Membership;
  onClose: () => void;
}

/** The members of a room, next to its history. */
export function MembersPane({ membership, onClose }: MembersPaneProps) {
  const panes = useLazyCode(lazyPanes, true);
  if (panes) return <panes.MembersPanel membership={membership} onClose={onClose} />;
  return (
    <SidePane title={words.rooms.members} onClose={onClose}>
      <MissingCode code={lazyPanes} />
    </SidePane>
  );
}
