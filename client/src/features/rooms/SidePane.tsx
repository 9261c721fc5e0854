import type { ReactNode } from 'react';
import { onEscape } from '../../ui/on-escape.js';
import { words } from '../../words/words.js';

interface SidePaneProps {
  title: string;
  onClose: () => void;
  children: ReactNode;
}

/** A panel next to the history of a room, such as its threads. On a phone it takes its place. */
export function SidePane({ title, onClose, children }: SidePaneProps) {
  return (
    <aside
      className="members side-pane"
      aria-label={title}
      onKeyDown={(event) => {
        // An editor or a list in the panel has closed.
        if (!event.defaultPrevented) onEscape(onClose)(event);
      }}
    >
      <div className="members-head">
        <h2 ref={focus} tabIndex={-1}>
          {title}
        </h2>
        <button type="button" className="button-quiet" onClick={onClose}>
          {words.conversation.close}
        </button>
      </div>
      {children}
    </aside>
  );
}

const focus = (heading: HTMLElement | null) => heading?.focus();
