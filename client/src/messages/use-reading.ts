import { useEffect, useState } from 'react';
import { markRead } from '../chat/chat-api.js';
import type { Membership } from '../chat/room.js';
import { useChatView } from '../page/use-chat.js';
import { useVisible } from '../page/use-visible.js';

/** Seen for this long, in ms, counts as read; a burst makes one request. */
const SEEN = 400;

interface Reading {
  readonly membership: Membership;
  readonly lastInSight: number;
  readonly atEnd: boolean;
}

/**
 * Moves the read marker behind what is seen.
 *
 * @returns where what is new begins: it stays there while the room is open, for the eye to find.
 */
export function useReading({ membership, lastInSight, atEnd }: Reading): number | null {
  const { room, readSeq, lastSeq, unread } = membership;
  const visible = useVisible();
  const isLive = useChatView().status.state === 'live';
  const seen = atEnd ? lastSeq : lastInSight;

  useEffect(() => {
    if (!visible || !isLive || seen <= readSeq) return;
    const timer = setTimeout(() => markRead(room.id, seen).catch(() => {}), SEEN);
    return () => clearTimeout(timer);
  }, [visible, isLive, room.id, seen, readSeq]);

  return useFresh(room.id, readSeq, unread, visible && atEnd);
}

function useFresh(
  roomId: string,
  readSeq: number,
  unread: number,
  following: boolean,
): number | null {
  const [fresh, setFresh] = useState<{ roomId: string; seq: number } | null>(
    unread > 0 ? { roomId, seq: readSeq + 1 } : null,
  );
  const seq = fresh?.roomId === roomId ? fresh.seq : null;
  // What came while nobody looked, behind all that was read.
  const next = unread > 0 && !following && (seq === null || seq <= readSeq) ? readSeq + 1 : seq;
  useEffect(() => {
    if (next !== seq) setFresh(next === null ? null : { roomId, seq: next });
  }, [next, seq, roomId]);
  return next;
}
