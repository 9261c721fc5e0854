import { useCallback, useEffect, useState } from 'react';
import { useParams } from '../../shell/address.js';
import type { BackgroundProps } from '../../shell/feature.js';
import { LazyCode } from '../../state/lazy-code.js';
import { useStore } from '../../store/use-store.js';
import { NotLoaded } from '../../ui/MissingCode.js';
import { useIsMissing, useLazyCode } from '../../ui/use-lazy-code.js';
import { roomAddress } from '../rooms/room-address.js';
import { Dialog } from '../../ui/Dialog.js';
import { keyboardWords as words } from './keyboard.words.js';
import { type Pressed, pressedIn } from './pressed.js';
import { recentRooms } from './recent-rooms.js';
import { goToRoom } from './room-links.js';

const dialogs = new LazyCode(() => import('./dialogs.js'));

/** Acts on the shortcuts. The dialogs are loaded when one of them is first opened. */
export function KeyboardBackground({ features }: BackgroundProps) {
  const [shown, setShown] = useState<'finder' | 'shortcuts' | null>(null);
  const code = useLazyCode(dialogs, shown !== null);
  const isMissing = useIsMissing(dialogs, shown !== null);
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
  if (code === null)
    return isMissing ? (
      <Dialog label={words[shown]} className="finder" onClose={close}>
        <NotLoaded />
      </Dialog>
    ) : null;
  return shown === 'shortcuts' ? (
    <code.ShortcutsDialog onClose={close} />
  ) : (
    <code.Finder features={features} onClose={close} onListShortcuts={listShortcuts} />
  );
}

function useShortcuts(onPress: (pressed: Pressed) => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const pressed = pressedIn(event);
      if (!pressed) return;
      event.preventDefault();
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
