import { useEffect, useRef } from 'react';
import { toggle, usePanel } from '../../shell/panel.js';
import { LazyModule } from '../../state/lazy-module.js';
import { usePart } from '../../store/use-store.js';
import { usePreload } from '../../store/use-preload.js';
import { NotLoaded } from '../../ui/MissingCode.js';
import { useIsMissing, useLazyCode } from '../../ui/use-lazy-code.js';
import { notificationWords as words } from './notifications.words.js';
import { readState } from './read-state.js';
import './bell.css';

const PANEL_ID = 'notifications';

const panelCode = new LazyModule(() => import('./NotificationPanel.js'));

/** The bell with the number of unread notifications. It opens the list. */
export function NotificationBell() {
  const { unread } = usePart(readState);
  const panel = usePanel('notifications');
  const { isOpen, opener, close, dismiss } = panel;
  const box = useRef<HTMLDivElement>(null);
  const { Panel, failed } = usePanelCode(isOpen);
  useClickOutside(box, isOpen, dismiss);

  return (
    <div className="bell-box" ref={box}>
      <button
        type="button"
        className="bell-button"
        ref={opener}
        aria-label={words.bell(unread)}
        aria-expanded={isOpen}
        aria-controls={isOpen ? PANEL_ID : undefined}
        onClick={() => toggle(panel)}
      >
        <BellIcon />
        {unread > 0 && (
          <span className="bell-badge" aria-hidden="true">
            {words.badge(unread)}
          </span>
        )}
      </button>
      {isOpen && Panel && <Panel id={PANEL_ID} onClose={close} onFollow={dismiss} />}
      {isOpen && failed && (
        <div id={PANEL_ID} className="bell-failure">
          <NotLoaded />
        </div>
      )}
    </div>
  );
}

function usePanelCode(isOpen: boolean) {
  usePreload(panelCode);
  const code = useLazyCode(panelCode, isOpen);
  const failed = useIsMissing(panelCode, isOpen);
  return { Panel: code?.NotificationPanel ?? null, failed };
}

function useClickOutside(
  box: { readonly current: HTMLElement | null },
  isOpen: boolean,
  onOutside: () => void,
): void {
  useEffect(() => {
    if (!isOpen) return;
    const onDown = ({ target }: PointerEvent) => {
      if (!box.current?.contains(target as Node)) onOutside();
    };
    document.addEventListener('pointerdown', onDown);
    return () => document.removeEventListener('pointerdown', onDown);
  }, [box, isOpen, onOutside]);
}

function BellIcon() {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d="M12 3c-3.4 0-5.2 2.7-5.2 6.2 0 4-1 5.6-2.7 7.3-.5.5-.2 1.3.6 1.3h14.6c.8 0 1.1-.8.6-1.3-1.7-1.7-2.7-3.3-2.7-7.3C17.2 5.7 15.4 3 12 3z" />
      <path d="M9.9 20a2.2 2.2 0 0 0 4.2 0" />
    </svg>
  );
}
