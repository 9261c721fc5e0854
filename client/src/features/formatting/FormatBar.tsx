import { type KeyboardEvent, type RefObject, useState } from 'react';
import { applyEdit, formatCommands, selectedIn, titleOfCommand } from './format-commands.js';
import { formattingWords as words } from './formatting.words.js';
import './formatting.css';

const EYE =
  'M2 12s3.6-6.5 10-6.5S22 12 22 12s-3.6 6.5-10 6.5S2 12 2 12zM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5';

interface FormatBarProps {
  field: RefObject<HTMLTextAreaElement | null>;
  isPreviewed: boolean;
  onPreview: (show: boolean) => void;
}

/** The buttons below a text field. They are one tab stop; the arrow keys move between them. */
export function FormatBar({ field, isPreviewed, onPreview }: FormatBarProps) {
  const [current, setCurrent] = useState(0);
  const buttonAt = (index: number) => ({
    tabIndex: index === current ? 0 : -1,
    onFocus: () => setCurrent(index),
  });
  return (
    <div className="format-bar" role="toolbar" aria-label={words.toolbar} onKeyDown={moveFocus}>
      {formatCommands.map((command, index) => (
        <button
          key={command.label}
          type="button"
          {...buttonAt(index)}
          aria-label={command.label}
          title={titleOfCommand(command)}
          // The field keeps the focus, and a phone its keyboard.
          onPointerDown={(event) => event.preventDefault()}
          onClick={() => {
            if (field.current) applyEdit(field.current, command.edit(selectedIn(field.current)));
          }}
        >
          <Icon path={command.icon} />
        </button>
      ))}
      <button
        type="button"
        {...buttonAt(formatCommands.length)}
        aria-label={words.preview}
        title={words.preview}
        aria-pressed={isPreviewed}
        onPointerDown={(event) => event.preventDefault()}
        onClick={() => onPreview(!isPreviewed)}
      >
        <Icon path={EYE} />
      </button>
    </div>
  );
}

function moveFocus({ key, currentTarget, target }: KeyboardEvent<HTMLElement>): void {
  const buttons = Array.from(currentTarget.querySelectorAll('button'));
  const from = buttons.indexOf(target as HTMLButtonElement);
  const isLeft = getComputedStyle(currentTarget).direction === 'rtl';
  const to = {
    ArrowRight: from + (isLeft ? -1 : 1),
    ArrowLeft: from + (isLeft ? 1 : -1),
    Home: 0,
    End: buttons.length - 1,
  }[key];
  if (to !== undefined) buttons[(to + buttons.length) % buttons.length]!.focus();
}

function Icon({ path }: { path: string }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={path} />
    </svg>
  );
}
