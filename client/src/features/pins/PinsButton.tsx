import { useEffect } from 'react';
import { toggle, usePanel } from '../../shell/panel.js';
import { partOf } from '../../store/state.js';
import { useSelected, useStore } from '../../store/use-store.js';
import { PinIcon } from './PinIcon.js';
import { needPins, pins } from './pins.js';
import { pinWords as words } from './pins.words.js';

/** The name of the panel. */
export const PINS = 'pins';

/** Opens the pinned messages of a room. A room without them has no button. */
export function PinsButton({ roomId }: { roomId: string }) {
  const store = useStore();
  const panel = usePanel(PINS);
  const known = useSelected(({ state }) => partOf(state, pins).get(roomId));
  const failures = useSelected((view) => view.failures);
  useEffect(() => needPins(store, roomId), [store, roomId, known, failures]);
  if (!known?.items.length && !panel.isOpen) return null;
  return (
    <button
      type="button"
      className="button-quiet icon-on-phone"
      ref={panel.opener}
      aria-expanded={panel.isOpen}
      onClick={() => toggle(panel)}
    >
      <PinIcon />
      <span>{words.pinned}</span>
    </button>
  );
}
