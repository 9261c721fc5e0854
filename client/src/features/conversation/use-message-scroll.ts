import {
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import { onRepeat } from '../../shell/address.js';
import { useStore } from '../../store/use-store.js';
import type { Membership } from '../rooms/room.js';
import { type History, messageAt } from './history-fold.js';
import { HistoryViewport } from './history-viewport.js';
import type { OutboxEntry } from './outbox-entries.js';
import { endOf, type Place, rowAt } from './place.js';
import { readingPlaces, type ReadingPlaces } from './reading-places.js';
import type { Rows } from '../../ui/rows-in-view.js';

/** The distance of the first new message from the upper edge: enough to see that something precedes it, in px. */
const NEW_FROM_TOP = 64;

interface MessageScroll {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly membership: Membership;
  readonly history: History;
  readonly pending: readonly OutboxEntry[];
  readonly target: number | null;
  /** Messages that stay rendered out of sight, by `seq`. */
  readonly held: readonly number[];
}

/** Decides which rows are rendered, and where the view is: the history by `seq`, then the outbox. */
export function useMessageScroll(options: MessageScroll) {
  const { scroller, membership, history, pending, target, held } = options;
  const { room, lastSeq } = membership;
  const places = useStore().service(readingPlaces);
  const [all, list] = [useRef<HTMLDivElement>(null), useRef<HTMLDivElement>(null)];
  const [viewport] = useState(() => new HistoryViewport());
  const { rendered, inSight, lastSeen, atEnd } = useSyncExternalStore(
    viewport.subscribe,
    viewport.view,
  );
  const count = lastSeq + pending.length;

  useLayoutEffect(
    () => viewport.attach({ scroller: scroller.current!, all: all.current!, list: list.current! }),
    [viewport, scroller],
  );

  useLayoutEffect(() => {
    const isLoaded = (index: number) => index >= lastSeq || has(history, index + 1);
    viewport.update({ count, isLoaded });
  });

  useLayoutEffect(() => {
    const keep = () => places.keepInEntry(room.id, viewport.place);
    viewport.onRest = keep;
    viewport.goTo(startAt(membership, target, places));
    const stop = onSameAddress(keep);
    return () => {
      stop();
      places.keep(room.id, viewport.place);
    };
    // The place to start at is decided once, when the room opens.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [room.id, target, viewport]);

  useEffect(() => {
    if (target === null) return;
    return onRepeat(() => viewport.goTo(centred(target)));
  }, [target, viewport]);

  const mine = pending.at(-1)?.queuedAt ?? 0;
  const lastMine = useRef(mine);
  useEffect(() => {
    // What was written before the room opened does not move the view.
    if (mine > lastMine.current) viewport.goTo(endOf(count));
    lastMine.current = Math.max(lastMine.current, mine);
  }, [mine, count, viewport]);

  return {
    all,
    list,
    rows: rowsOf(rendered, held, count),
    atEnd,
    firstInSight: inSight.from + 1,
    lastInSight: Math.min(inSight.to, lastSeq),
    /** The last message that was in sight down to its end, by `seq`. */
    lastSeen: Math.min(lastSeen + 1, lastSeq),
    to: (seq: number) => viewport.reveal(seq - 1),
    /** To the first of some new messages. */
    toNew: (seq: number) => viewport.goTo(rowAt(seq - 1, NEW_FROM_TOP)),
    toEnd: () => viewport.goTo(endOf(count)),
  };
}

/** Closing a panel leads to an entry of the same address, which has an earlier place. */
function onSameAddress(listener: () => void): () => void {
  const { href } = location;
  const onPopState = () => location.href === href && listener();
  addEventListener('popstate', onPopState);
  return () => removeEventListener('popstate', onPopState);
}

function has(history: History, seq: number): boolean {
  return messageAt(history, seq) !== undefined;
}

function startAt(
  { room, lastSeq, readSeq, unread }: Membership,
  target: number | null,
  places: ReadingPlaces,
): Place {
  const kept = places.inEntry(room.id) ?? (target === null ? places.of(room.id) : undefined);
  if (kept && kept.fromEnd === null && kept.index < lastSeq) return kept;
  if (!kept && target !== null) return centred(target);
  return unread > 0 ? rowAt(readSeq, NEW_FROM_TOP) : endOf(lastSeq);
}

const centred = (seq: number): Place => rowAt(seq - 1, 'centre');

interface RenderedRow {
  readonly index: number;
  /** Out of sight, and rendered for its focus or editor. */
  readonly isHeld: boolean;
}

function rowsOf({ from, to }: Rows, held: readonly number[], count: number): RenderedRow[] {
  const inFlow = Array.from({ length: Math.min(to, count) - from }, (_, n) => from + n);
  const others = held.map((seq) => seq - 1).filter((index) => index < from || index >= to);
  return [...inFlow, ...others]
    .filter((index) => index < count)
    .toSorted((one, other) => one - other)
    .map((index) => ({ index, isHeld: index < from || index >= to }));
}
