import { useCallback, useEffect, useState } from 'react';
import { useParams } from '../../shell/address.js';
import type { BackgroundProps } from '../../shell/feature.js';
import { useStore } from '../../store/use-store.js';
import { Dialog } from '../../ui/Dialog.js';
import { MissingCode } from '../../ui/MissingCode.js';
import { useLazyCode } from '../../ui/use-lazy-code.js';
import { roomAddress } from '../rooms/room-address.js';
import { Finder } from './Finder.js';
import { keyboardWords as words } from './keyboard.words.js';
import { dialogs } from './lazy-dialogs.js';
import { type Pressed, pressedIn } from './pressed.js';
import { recentRooms } from './recent-rooms.js';
import { goToRoom } from './room-links.js';

/** Acts on the shortcuts. */
export function KeyboardBackground({ features }: BackgroundProps) {
  const [shown, setShown] = useState<'finder' | 'shortcuts' | null>(null);
  const code = useLazyCode(dialogs, shown === 'shortcuts');
  const close = useCallback(() => setShown(null), []);
  const listShortcuts = useCallback(() => setShown('shortcuts'), []);
  useRecentRooms();
  useShortcuts(
    useCallback((pressed: Pressed) => {
      if (pressed.kind === 'room') goToRoom(pressed);
      else setShown((current) => (current === pressed.kind ? null : pressed.kind));
    }, []),
  );
  if (shown === null) return null;
  if (shown === 'finder')
    return <Finder features={features} onClose={close} onListShortcuts={listShortcuts} />;
  return code ? (
    <code.ShortcutsDialog onClose={close} />
  ) : (
    <Dialog label={words.shortcuts} className="finder" onClose={close}>
      <MissingCode code={dialogs} />
    </Dialog>
  );
}

function useShortcuts(onPress: (pressed: Pressed) => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const pressed = pressedIn(event);
      if (!pressed) return;
      event.preventDefault();
      for (const popover of document.querySelectorAll<HTMLElement>(':popover-open'))
        popover.hidePopover();
      onPress(pressed);
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [onPress]);
}

function useRecentRooms(): void {
  const recent = useStore().service(recentRooms);
  const roomId = useParams(roomAddress)?.roomId;
  useEffect(() => {
    if (roomId) recent.open(roomId);
  }, [recent, roomId]);
}
