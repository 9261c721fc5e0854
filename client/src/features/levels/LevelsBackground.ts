import { useEffect } from 'react';
import { usePart, useStore } from '../../store/use-store.js';
import { memberships } from '../rooms/memberships.js';
import type { Membership } from '../rooms/room.js';

/** The longest delay of a timer, in ms. */
const MAX_DELAY = 2 ** 31 - 1;

/** Ends each mute at its time: no event reports it. */
export function LevelsBackground() {
  const store = useStore();
  const ends = usePart(memberships)
    .map(({ mutedUntil }) => (mutedUntil === null ? Infinity : Date.parse(mutedUntil)))
    .reduce((one, other) => Math.min(one, other), Infinity);
  useEffect(() => {
    if (ends === Infinity) return;
    const end = () => store.update(memberships, (all) => all.map(withoutEndedMute));
    const timer = setTimeout(end, Math.min(ends - Date.now(), MAX_DELAY));
    return () => clearTimeout(timer);
  }, [store, ends]);
  return null;
}

function withoutEndedMute(mine: Membership): Membership {
  const hasEnded = mine.mutedUntil !== null && Date.parse(mine.mutedUntil) <= Date.now();
  return hasEnded ? { ...mine, mutedUntil: null } : mine;
}
