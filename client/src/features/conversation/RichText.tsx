import { type ReactNode, useCallback } from 'react';
import { partOf } from '../../store/state.js';
import { useSelected, useStore } from '../../store/use-store.js';
import { useLazyCode } from '../../ui/use-lazy-code.js';
import { mayHaveMarkup } from '../formatting/markup.js';
import { formatter } from '../formatting/plain-text.js';
import { nameOf, people, type People } from '../people/people.js';
import { type Mentioned, type Part, partsOf } from './message-parts.js';
import '../formatting/formatting.css';

interface RichTextProps {
  text: string;
  id?: string;
  /** The message, which mentions users. */
  message?: Mentioned;
  /** Whether Tab reaches its links. */
  isCurrent?: boolean;
  /** Follows the text. */
  children?: ReactNode;
}

/** A text of a message with its formatting, links and mentions. The formatting appears once the parser is loaded. */
export function RichText({
  text,
  id,
  message = NOBODY,
  isCurrent = true,
  children,
}: RichTextProps) {
  const { mentions, mentionsAll } = message;
  const known = useMentioned(mentions);
  const code = useLazyCode(formatter, mayHaveMarkup(text));
  const renderText = useCallback(
    (part: string): ReactNode => (
      <Shown text={part} {...{ mentions, mentionsAll, known, isCurrent }} />
    ),
    [mentions, mentionsAll, known, isCurrent],
  );
  if (!code)
    return (
      <p id={id} className="message-text" dir="auto">
        {renderText(text)}
        {children}
      </p>
    );
  return (
    <div id={id} className="message-text formatted">
      <code.FormattedText text={text} renderText={renderText} isCurrent={isCurrent} />
      {children}
    </div>
  );
}

const NOBODY: Mentioned = { mentions: [], mentionsAll: false };
const nobody: People = new Map();

/** A message that mentions nobody does not depend on the names. */
function useMentioned(mentions: readonly string[]): People {
  return useSelected(({ state }) => (mentions.length === 0 ? nobody : partOf(state, people)));
}

interface ShownProps extends Mentioned {
  text: string;
  known: People;
  isCurrent: boolean;
}

function Shown({ text, known, isCurrent, ...mentioned }: ShownProps) {
  return partsOf(text, mentioned, known).map((part, index) => (
    <ShownPart key={index} part={part} isCurrent={isCurrent} />
  ));
}

function ShownPart({ part, isCurrent }: { part: Part; isCurrent: boolean }) {
  if (part.kind === 'text') return part.text;
  if (part.kind === 'link')
    return (
      <a href={part.href} target="_blank" rel="noreferrer" tabIndex={isCurrent ? 0 : -1}>
        {part.text}
      </a>
    );
  if (part.kind === 'mention of all') return <bdi className="mention mention-me">{part.text}</bdi>;
  return <Mention userId={part.userId} text={part.text} />;
}

/** Isolated: in Arabic and Hebrew text, the `@` would move to the other end of the name. */
function Mention({ userId, text }: { userId: string; text: string }) {
  const { me } = useStore();
  const name = useSelected(({ state }) => nameOf(state, userId));
  return (
    <bdi className={userId === me ? 'mention mention-me' : 'mention'} title={name}>
      {text}
    </bdi>
  );
}
