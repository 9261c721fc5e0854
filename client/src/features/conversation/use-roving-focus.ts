import {
  useEffect,
  useRef,
  useState,
  type FocusEvent,
  type KeyboardEvent,
  type RefObject,
} from 'react';

interface InSight {
  readonly firstInSight: number;
  readonly lastInSight: number;
}

interface Move {
  readonly from: number;
  readonly lastSeq: number;
  readonly scrollTo: (seq: number) => void;
}

/**
 * Makes the history one tab stop: Tab reaches one message and its buttons; the arrow keys, Home and End move to other
 * messages.
 */
export function useRovingFocus(scroller: RefObject<HTMLDivElement | null>) {
  /** The message that has the focus or had it last, by `seq`. */
  const [last, setLast] = useState<number | null>(null);
  const [isWithin, setIsWithin] = useState(false);
  /** The message to focus once it is loaded. */
  const wanted = useRef<number | null>(null);

  const messageAt = (seq: number) =>
    scroller.current?.querySelector<HTMLElement>(`[data-index="${seq - 1}"] article`);

  useEffect(() => {
    if (wanted.current === null) return;
    const message = messageAt(wanted.current);
    if (!message) return;
    wanted.current = null;
    // The focus may have moved on.
    if (document.activeElement === scroller.current) message.focus();
  });

  function move(seq: number, scrollTo: (seq: number) => void) {
    setLast(seq);
    const message = messageAt(seq);
    if (message) return message.focus();
    wanted.current = seq;
    scroller.current?.focus();
    scrollTo(seq);
  }

  return {
    /** Its row stays rendered out of sight, or the focus would be lost. */
    held: isWithin ? last : null,

    /** The message that Tab reaches. */
    current: ({ firstInSight, lastInSight }: InSight): number => {
      const stays = last !== null && (isWithin || (last >= firstInSight && last <= lastInSight));
      return stays ? last : lastInSight;
    },

    onFocus: ({ target }: FocusEvent, lastSeq: number) => {
      const row = target.closest<HTMLElement>('[data-index]');
      const seq = Number(row?.dataset['index'] ?? NaN) + 1;
      if (seq <= lastSeq) setLast(seq);
      setIsWithin(true);
    },

    onBlur: ({ currentTarget, relatedTarget }: FocusEvent) => {
      if (!currentTarget.contains(relatedTarget)) setIsWithin(false);
    },

    onKeyDown: (event: KeyboardEvent, { from, lastSeq, scrollTo }: Move) => {
      const { key, target, altKey, ctrlKey, metaKey, shiftKey } = event;
      if (altKey || ctrlKey || metaKey || shiftKey) return;
      if (target instanceof HTMLTextAreaElement) return;
      const seq = { ArrowUp: from - 1, ArrowDown: from + 1, Home: 1, End: lastSeq }[key];
      if (seq === undefined) return;
      event.preventDefault();
      if (seq >= 1 && seq <= lastSeq) move(seq, scrollTo);
    },
  };
}
