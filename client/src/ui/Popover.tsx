import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  type ToggleEvent,
  useEffect,
  useLayoutEffect,
  useRef,
} from 'react';
import './popover.css';

interface PopoverProps {
  /** The control that opened it. It takes the focus when Escape or `hidePopover` closes the popover. */
  opener: RefObject<HTMLElement | null>;
  /** The edge at which both are aligned: that at which the text ends by default. */
  align?: 'start' | 'end';
  label: string;
  className: string;
  onClose: () => void;
  children: ReactNode;
}

/** A small dialog next to its opener, over everything else. Escape, and a press outside, close it. */
export function Popover(props: PopoverProps) {
  const { opener, align = 'end', label, className, onClose, children } = props;
  const popover = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    const element = popover.current!;
    const place = () => opener.current && placeAt(opener.current, element, align);
    element.showPopover();
    place();
    (element.querySelector<HTMLElement>('button, a, input') ?? element).focus();
    // It grows when more of it has arrived.
    const growth = new ResizeObserver(place);
    growth.observe(element);
    return () => growth.disconnect();
  }, [opener, align]);
  useEffect(() => {
    const leave = ({ target }: PointerEvent) => {
      const isInside = [popover, opener].some(({ current }) => current?.contains(target as Node));
      if (!isInside) onClose();
    };
    addEventListener('pointerdown', leave);
    return () => removeEventListener('pointerdown', leave);
  }, [opener, onClose]);

  /** Keys that move or close something are not for what is around it. Shortcuts and text are. */
  function onKeyDown(event: KeyboardEvent<HTMLElement>) {
    const { key, altKey, currentTarget, nativeEvent } = event;
    if (key.length > 1 && !altKey) event.stopPropagation();
    if (key === 'Escape' && !nativeEvent.isComposing) currentTarget.hidePopover();
  }

  function onBeforeToggle({ newState }: ToggleEvent<HTMLElement>) {
    if (newState === 'open') return;
    opener.current?.focus();
    onClose();
  }

  return (
    <div
      ref={popover}
      popover="manual"
      className={`popover ${className}`}
      role="dialog"
      tabIndex={-1}
      aria-label={label}
      onKeyDown={onKeyDown}
      onBeforeToggle={onBeforeToggle}
    >
      {children}
    </div>
  );
}

/** The distance to the edges of the window, in px. */
const MARGIN = 8;

/** Below the opener, or above it where there is more space. On a phone, the style sheet places it. */
function placeAt(opener: HTMLElement, popover: HTMLElement, align: 'start' | 'end'): void {
  const { top, bottom, left: from, right } = opener.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = popover;
  const isAtLeft = (align === 'start') === (getComputedStyle(opener).direction === 'ltr');
  const wanted = isAtLeft ? from : right - width;
  const left = Math.max(MARGIN, Math.min(wanted, innerWidth - width - MARGIN));
  const isBelow = bottom + height + MARGIN <= innerHeight || top < innerHeight - bottom;
  const start = isBelow ? bottom : top - height;
  const last = innerHeight - height - MARGIN;
  popover.style.setProperty('--left', `${left}px`);
  popover.style.setProperty('--top', `${Math.max(MARGIN, Math.min(start, last))}px`);
}
