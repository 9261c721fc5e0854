import { usePart, useSelected, useStore } from '../../store/use-store.js';
import { words } from '../../words/words.js';
import { memberships } from '../rooms/memberships.js';
import { NoRooms } from '../rooms/RoomLinks.js';
import { ListFilter } from './ListFilter.js';
import { listSettings, useListView } from './list-settings.js';
import { GROUPS, groupsOf } from './room-groups.js';
import { roomListWords } from './room-list.words.js';
import { RoomGroup } from './RoomGroup.js';

/** A shorter list needs no filter. */
const LONG = 10;

export function RoomList({ openId }: { openId: string | null }) {
  const settings = useStore().service(listSettings);
  const loaded = useSelected((view) => view.loaded);
  const all = usePart(memberships);
  const { filter, collapsed } = useListView();
  const groups = groupsOf(all, { filter, openId, now: Date.now() });
  return (
    <nav aria-label={words.rooms.heading} className="room-nav">
      <h2 id="rooms-heading" className="visually-hidden" tabIndex={-1}>
        {words.rooms.heading}
      </h2>
      {loaded && all.length === 0 && (
        <p className="nav-empty">
          <NoRooms />
        </p>
      )}
      {(all.length > LONG || filter !== 'all') && (
        <ListFilter filter={filter} onChange={(chosen) => settings.filter(chosen)} />
      )}
      {all.length > 0 && groups.size === 0 && (
        <p className="nav-empty">{roomListWords.noneShown}</p>
      )}
      {GROUPS.filter((group) => groups.has(group)).map((group) => (
        <RoomGroup
          key={group}
          group={group}
          rooms={groups.get(group)!}
          openId={openId}
          isCollapsed={collapsed.includes(group)}
          onCollapse={(isCollapsed) => settings.collapse(group, isCollapsed)}
        />
      ))}
    </nav>
  );
}
