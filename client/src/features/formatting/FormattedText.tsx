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
  return <Parts parts={parts} context={context} dir="auto" />;
}

interface PartsProps {
  parts: readonly Formatted[];
  context: Context;
  /** Only of the outermost blocks: the text of a block with a direction of its own does not count for those around it. */
  dir?: 'auto';
}

function Parts({ parts, context, dir }: PartsProps) {
  return parts.map((part, index) =>
    typeof part === 'string' ? (
      <Fragment key={index}>{context.renderText(part)}</Fragment>
    ) : (
      <Part key={index} part={part} context={context} dir={dir} />
    ),
  );
}

interface PartProps {
  part: FormattedElement;
  context: Context;
  dir?: 'auto' | undefined;
}

function Part({ part, context, dir }: PartProps) {
  const { tag: Tag, children, start } = part;
  const inside = <Parts parts={children} context={context} />;
  switch (Tag) {
    case 'a':
      return <Link part={part} context={context} />;
    case 'pre':
      return <CodeBlock part={part} isCurrent={context.isCurrent} />;
    case 'code':
      return <code>{textOf(children)}</code>;
    default:
      return (
        <Tag start={start} dir={dir}>
          {inside}
        </Tag>
      );
  }
}

function Link({ part, context }: PartProps) {
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
