import { useEffect } from 'react';
import { words } from '../words/words.js';

const shown: { pane: string | null; unread: number } = { pane: null, unread: 0 };

function show(part: Partial<typeof shown>): void {
  Object.assign(shown, part);
  document.title = words.app.title(shown.unread, shown.pane);
}

/** The title of the page names the open pane. */
export function usePaneTitle(pane: string): void {
  useEffect(() => {
    show({ pane });
    // The next pane may have shown its title already.
    return () => {
      if (shown.pane === pane) show({ pane: null });
    };
  }, [pane]);
}

/** The title of the page starts with the number of unread messages that count for the user. */
export function useUnreadInTitle(unread: number): void {
  useEffect(() => {
    show({ unread });
    return () => show({ unread: 0 });
  }, [unread]);
}
