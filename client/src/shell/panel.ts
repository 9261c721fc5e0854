import {
  type MouseEvent,
  type RefObject,
  useCallback,
  useLayoutEffect,
  useMemo,
  useRef,
  useSyncExternalStore,
} from 'react';
import { Listeners } from '../state/listeners.js';
import { go } from './address.js';

/** A panel over or next to what the page shows. */
export interface Panel {
  readonly isOpen: boolean;
  readonly open: () => void;
  readonly close: () => void;
  /** Closes the panel without a step back, for a user who is about to go somewhere else. */
  readonly dismiss: () => void;
  /** The button that opens the panel. It takes the focus when the panel is closed with the focus inside. */
  readonly opener: RefObject<HTMLButtonElement | null>;
}

const changes = new Listeners();

/**
 * Only one panel is open at a time. It has an entry of its own in the browser's session history, so that Back closes it.
 */
export function usePanel(name: string): Panel {
  const isOpen = useSyncExternalStore(subscribe, () => openPanel() === name);
  const opener = useRef<HTMLButtonElement>(null);
  const open = useCallback(() => openEntry(name), [name]);
  const dismiss = useCallback(() => void dismissEntry(name), [name]);
  const close = useCallback(() => dismissEntry(name) && history.back(), [name]);
  const wasOpen = useRef(isOpen);
  useLayoutEffect(() => {
    if (wasOpen.current && !isOpen && document.activeElement === document.body)
      opener.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  return useMemo(() => ({ isOpen, open, close, dismiss, opener }), [isOpen, open, close, dismiss]);
}

/** The name of the panel that is open. */
export const useOpenPanel = (): string | null => useSyncExternalStore(subscribe, openPanel);

export function toggle({ isOpen, open, close }: Panel): void {
  if (isOpen) close();
  else open();
}

/**
 * Goes to another address of the same pane with the panel still open. The entry of the panel becomes that of the address, and
 * the panel gets a new one: closing it stays at the address.
 */
export function goWithPanel(address: string): void {
  const panel = openPanel();
  if (panel === null || location.hash === address) return go(address);
  history.replaceState(null, '', address);
  history.pushState({ panel }, '');
  // Neither call fires an event.
  dispatchEvent(new HashChangeEvent('hashchange'));
}

/** Follows a link to another address of the same pane with the panel still open. Other clicks are for the browser. */
export function followWithPanel(event: MouseEvent<HTMLAnchorElement>): void {
  if (!isPlain(event)) return;
  event.preventDefault();
  goWithPanel(event.currentTarget.hash);
}

/** Follows a link of a panel that covers its pane. At the current address, the browser would keep the entry of the panel. */
export function followFromPanel({ close }: Panel, event: MouseEvent<HTMLAnchorElement>): void {
  if (!isPlain(event) || event.currentTarget.hash !== location.hash) return;
  event.preventDefault();
  close();
}

const isPlain = ({ button, altKey, ctrlKey, metaKey, shiftKey }: MouseEvent): boolean =>
  button === 0 && !altKey && !ctrlKey && !metaKey && !shiftKey;

function openPanel(): string | null {
  return (history.state as { panel?: string } | null)?.panel ?? null;
}

function openEntry(panel: string): void {
  const state = { ...history.state, panel };
  if (openPanel() === null) history.pushState(state, '');
  else history.replaceState(state, '');
  changes.notify();
}

/** @returns whether the panel was open. The state is removed first: a second call must not go back again. */
function dismissEntry(name: string): boolean {
  if (openPanel() !== name) return false;
  const { panel: _, ...state } = history.state as { panel: string };
  history.replaceState(state, '');
  changes.notify();
  return true;
}

function subscribe(listener: () => void): () => void {
  const removed = new AbortController();
  for (const event of ['popstate', 'hashchange'])
    addEventListener(event, listener, { signal: removed.signal });
  const remove = changes.add(listener);
  return () => {
    remove();
    removed.abort();
  };
}
