import type { Membership } from '../rooms/room.js';
import type { Group } from './room-groups.js';
import { RoomItem } from './RoomItem.js';
import { roomListWords as words } from './room-list.words.js';
import { Unread } from './Unread.js';

interface RoomGroupProps {
  group: Group;
  rooms: readonly Membership[];
  openId: string | null;
  isCollapsed: boolean;
  onCollapse: (isCollapsed: boolean) => void;
}

/** Rooms below a heading that collapses them. It then has their unread count. */
export function RoomGroup({ group, rooms, openId, isCollapsed, onCollapse }: RoomGroupProps) {
  const id = `rooms-${group}`;
  return (
    <details
      className="room-group"
      open={!isCollapsed}
      onToggle={({ currentTarget }) => onCollapse(!currentTarget.open)}
    >
      <summary>
        <span id={id}>{words.groups[group]}</span>
        {isCollapsed && <Unread rooms={rooms} />}
      </summary>
      <ul className="room-list" aria-labelledby={id}>
        {rooms.map((mine) => (
          <RoomItem key={mine.room.id} membership={mine} isOpen={mine.room.id === openId} />
        ))}
      </ul>
    </details>
  );
}
