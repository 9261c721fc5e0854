import { type ReactNode, useRef, useState } from 'react';
import type { CodePart } from './code-parts.js';
import { type FormattedElement, textOf } from './formatted.js';
import { formattingWords as words } from './formatting.words.js';
import { useHighlighted } from './use-highlighted.js';

interface CodeBlockProps {
  part: FormattedElement;
  /** Whether Tab reaches its button. */
  isCurrent: boolean;
}

export function CodeBlock({ part, isCurrent }: CodeBlockProps) {
  const { children, language = '' } = part;
  const code = textOf(children);
  const shown = useRef<HTMLElement>(null);
  const { note, copy } = useCopy(code, shown);
  const parts = useHighlighted(code, language);
  return (
    <div className="code-block">
      <div className="code-head">
        <span>{language === '' ? words.code : language}</span>
        <span role="status">{note}</span>
        <button
          type="button"
          className="button-link"
          aria-label={words.copyCode}
          tabIndex={isCurrent ? 0 : -1}
          onClick={() => void copy()}
        >
          {words.copy}
        </button>
      </div>
      <pre dir="ltr">
        <code ref={shown}>{parts ? coloured(parts) : code}</code>
      </pre>
    </div>
  );
}

function coloured(parts: readonly CodePart[]): ReactNode[] {
  return parts.map((part, index) =>
    typeof part === 'string' ? (
      part
    ) : (
      <span key={index} className={part.classes}>
        {coloured(part.children)}
      </span>
    ),
  );
}

function useCopy(text: string, shown: { readonly current: HTMLElement | null }) {
  const [note, setNote] = useState('');
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setNote(words.copied);
    } catch {
      // Pages over plain HTTP from another machine have no clipboard.
      if (shown.current) getSelection()?.selectAllChildren(shown.current);
      setNote(words.selected);
    }
  }
  return { note, copy };
}
