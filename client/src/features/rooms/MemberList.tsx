import { useEffect, useRef, useState } from 'react';
import { useSelected, useStore } from '../../store/use-store.js';
import { Field } from '../../ui/Field.js';
import { useVirtualRows } from '../../ui/use-virtual-rows.js';
import { words } from '../../words/words.js';
import { SearchEnd } from '../people/SearchEnd.js';
import { MemberItem } from './MemberItem.js';
import type { RoomMembers } from './members-fold.js';
import { needMoreMembers } from './need-members.js';
import type { Member, Membership } from './room.js';
import { useMembersInOrder } from './use-members-in-order.js';

/** Rooms with more members have a field to find one. */
const FEW = 12;
/** The usual height of a row, in px. */
const ROW = 40;
/** The next members are loaded when so many rows are left. */
const AHEAD = 40;

interface MemberListProps {
  membership: Membership;
  known: RoomMembers;
  onFocusLost: () => void;
}

/** The members of a room. Only those in sight are rendered, and only pages that come into sight are loaded. */
export function MemberList({ membership, known, onFocusLost }: MemberListProps) {
  const [typed, setTyped] = useState('');
  const text = typed.trim();
  const { shown, isComplete, hasMore } = useMembersInOrder(membership.room.id, known, text);
  return (
    <>
      {known.count > FEW && (
        <Field
          label={words.rooms.findMember}
          placeholder={words.people.nameOrUsername}
          autoComplete="off"
          value={typed}
          onType={setTyped}
        />
      )}
      <Rows
        key={text}
        members={shown}
        total={text === '' ? known.count : shown.length}
        membership={membership}
        onFocusLost={onFocusLost}
      />
      {isComplete && <SearchEnd isEmpty={shown.length === 0} hasMore={hasMore} />}
    </>
  );
}

interface RowsProps {
  members: readonly Member[];
  total: number;
  membership: Membership;
  onFocusLost: () => void;
}

function Rows({ members, total, membership, onFocusLost }: RowsProps) {
  const store = useStore();
  const scroller = useRef<HTMLDivElement>(null);
  const { from, to, before, after } = useVirtualRows({
    scroller,
    count: members.length,
    usual: ROW,
  });
  const failures = useSelected((view) => view.failures);
  const { room, role } = membership;
  const isAtEnd = to > members.length - AHEAD && members.length < total;
  useEffect(() => {
    if (isAtEnd) needMoreMembers(store, room.id);
  }, [store, room.id, isAtEnd, members.length, failures]);
  return (
    <div ref={scroller} className="member-scroll">
      <ul
        className="member-list"
        aria-label={words.rooms.members}
        style={{ paddingBlock: `${before}px ${after}px` }}
      >
        {members.slice(from, to).map((member, n) => (
          <MemberItem
            key={member.userId}
            member={member}
            index={from + n}
            total={total}
            roomId={room.id}
            isDirect={room.kind === 'direct'}
            isManager={role === 'owner' && room.kind !== 'direct'}
            onFocusLost={onFocusLost}
          />
        ))}
      </ul>
    </div>
  );
}
