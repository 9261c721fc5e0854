import { type ReactNode, useLayoutEffect, useRef } from 'react';
import './dialog.css';

interface DialogProps {
  label: string;
  className: string;
  onClose: () => void;
  children: ReactNode;
}

/** A modal dialog. Escape and a click outside close it; then the focus returns to where it was. */
export function Dialog({ label, className, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const latest = useRef(onClose);
  latest.current = onClose;
  useLayoutEffect(() => {
    const current = dialog.current!;
    // What closes because another dialog takes its place does not close that one.
    const removed = new AbortController();
    current.addEventListener('close', () => latest.current(), { signal: removed.signal });
    current.showModal();
    return () => {
      removed.abort();
      // The field that gets the focus back takes no text in Chromium if the removed one contains the selection.
      getSelection()?.empty();
      current.close();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className={`dialog ${className}`}
      aria-label={label}
      onKeyDown={({ key, nativeEvent }) => {
        // The browser closes it as well, but its event may come after the next shortcut, which would close the dialog again.
        if (key === 'Escape' && !nativeEvent.isComposing) onClose();
      }}
      onClick={({ target, currentTarget }) => {
        if (target === currentTarget) onClose();
      }}
    >
      <div className="dialog-body">{children}</div>
    </dialog>
  );
}
