import { Fragment, type ReactNode, useMemo } from 'react';
import { CodeBlock } from './CodeBlock.js';
import { type Formatted, type FormattedElement, textOf } from './formatted.js';
import { parsed } from './parse.js';

interface Context {
  /** Renders a text between marks, with its addresses and mentions. */
  readonly renderText: (text: string) => ReactNode;
  /** Whether Tab reaches its links and buttons. */
  readonly isCurrent: boolean;
}

export type FormattedTextProps = Context & { readonly text: string };

/** A message with its formatting; as it was written where that would take too long. */
export function FormattedText({ text, ...context }: FormattedTextProps) {
  const parts = useMemo(() => parsed(text), [text]);
  if (!parts) return <p dir="auto">{context.renderText(text)}</p>;
  return <Parts parts={parts} context={context} />;
}

function Parts({ parts, context }: { parts: readonly Formatted[]; context: Context }) {
  return parts.map((part, index) =>
    typeof part === 'string' ? (
      <Fragment key={index}>{context.renderText(part)}</Fragment>
    ) : (
      <Part key={index} part={part} context={context} />
    ),
  );
}

function Part({ part, context }: { part: FormattedElement; context: Context }) {
  const { tag: Tag, children, start } = part;
  const inside = <Parts parts={children} context={context} />;
  switch (Tag) {
    case 'a':
      return <Link part={part} context={context} />;
    case 'pre':
      return <CodeBlock part={part} isCurrent={context.isCurrent} />;
    case 'code':
      return <code>{textOf(children)}</code>;
    case 'ol':
      return <ol start={start}>{inside}</ol>;
    case 'p':
    case 'li':
      return <Tag dir="auto">{inside}</Tag>;
    default:
      return <Tag>{inside}</Tag>;
  }
}

function Link({ part, context }: { part: FormattedElement; context: Context }) {
  return (
    <a
      href={part.href}
      title={part.href}
      target="_blank"
      rel="noreferrer"
      tabIndex={context.isCurrent ? 0 : -1}
    >
      <Parts parts={part.children} context={{ ...context, renderText: (text) => text }} />
    </a>
  );
}
