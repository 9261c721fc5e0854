import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useStore, useView } from '../../store/use-store.js';
import { useAttention } from '../../ui/use-attention.js';
import type { Membership } from '../rooms/room.js';
import { readMarkers } from './read-markers.js';

/** A message seen for this time, in ms, counts as read; a burst makes one request. */
const SEEN = 400;

/** What is in sight, by `seq`. */
interface Sight {
  readonly firstInSight: number;
  /** The last message that was in sight down to its end. */
  readonly lastSeen: number;
  readonly atEnd: boolean;
}

interface ReadingOptions {
  readonly membership: Membership;
  readonly sight: Sight;
}

export interface Reading {
  /** The first new message, by `seq`; it stays the same while the room is open. */
  readonly fresh: number | null;
  /** The last message up to which all were seen, by `seq`. */
  readonly seen: number;
  /** Marks all messages as read. */
  readonly readAll: () => void;
}

/** Moves the read marker after the messages that were on the screen while the user was there. */
export function useReading({ membership, sight }: ReadingOptions): Reading {
  const { room, readSeq, lastSeq } = membership;
  const markers = useStore().service(readMarkers);
  const attentive = useAttention();
  const isLive = useView().status.state === 'live';
  const isMovedBack = useIsMovedBack(membership);
  const [declared, setDeclared] = useState(0);
  const read = isMovedBack ? readSeq : Math.max(readSeq, declared);
  const seen = useSeen({ read, sight, isMovedBack }, attentive);
  useEffect(() => {
    if (isMovedBack) setDeclared(0);
  }, [isMovedBack]);

  useEffect(() => {
    if (!attentive || !isLive || seen <= readSeq) return;
    const timer = setTimeout(() => markers.saw(room.id, { seq: seen, from: readSeq }), SEEN);
    return () => clearTimeout(timer);
  }, [attentive, isLive, markers, room.id, seen, readSeq]);

  const fresh = useFresh(membership, { following: attentive && sight.atEnd, isMovedBack });
  const readAll = () => {
    setDeclared(lastSeq);
    markers.mark(room.id, { seq: lastSeq, from: readSeq });
  };
  return { fresh, seen, readAll };
}

/** Whether the user has just marked messages as unread, on any device. The room is held until they leave it, or have read all. */
function useIsMovedBack({ room, readSeq, unread }: Membership): boolean {
  const markers = useStore().service(readMarkers);
  const before = useRef(readSeq);
  const isMovedBack = readSeq < before.current;
  useLayoutEffect(() => {
    if (isMovedBack) markers.hold(room.id);
    before.current = readSeq;
  }, [isMovedBack, markers, room.id, readSeq]);
  const isRead = unread === 0;
  useEffect(() => {
    if (isRead) markers.release(room.id);
  }, [isRead, markers, room.id]);
  useEffect(() => () => markers.release(room.id), [markers, room.id]);
  return isMovedBack;
}

interface SeenOptions {
  readonly read: number;
  readonly sight: Sight;
  readonly isMovedBack: boolean;
}

/** After a jump over unread messages it stays before them. */
function useSeen({ read, sight, isMovedBack }: SeenOptions, attentive: boolean): number {
  const seen = useRef(read);
  const { firstInSight, lastSeen } = sight;
  seen.current = isMovedBack ? read : Math.max(seen.current, read);
  if (attentive && firstInSight <= seen.current + 1)
    seen.current = Math.max(seen.current, lastSeen);
  return seen.current;
}

interface FreshOptions {
  readonly following: boolean;
  readonly isMovedBack: boolean;
}

/** Once all messages before it were read, the line stays until others arrive out of sight. */
function useFresh(
  { readSeq, unread }: Membership,
  { following, isMovedBack }: FreshOptions,
): number | null {
  const [fresh, setFresh] = useState({
    seq: unread > 0 ? readSeq + 1 : null,
    isRead: unread === 0,
  });
  const isMoved = isMovedBack || (unread > 0 && !following && fresh.isRead);
  const seq = isMoved ? readSeq + 1 : fresh.seq;
  const isRead = unread === 0 || (fresh.isRead && !isMoved);
  useEffect(() => setFresh({ seq, isRead }), [seq, isRead]);
  return seq;
}
