import { type Gemoji, gemoji } from 'gemoji';
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { allEmojiWords as words } from './all-emoji.words.js';

/** The emoji of a row; the style sheet has as many columns. */
const COLUMNS = 8;

/** Every emoji by category, and a field to search them by name. */
export function AllEmoji({ onPick }: { onPick: (emoji: string) => void }) {
  const [query, setQuery] = useState('');
  const list = useRef<HTMLDivElement>(null);
  const groups = useMemo(() => [...Map.groupBy(found(query), ({ category }) => category)], [query]);
  const first = groups[0]?.[1][0];

  return (
    <>
      <input
        type="search"
        className="emoji-search"
        aria-label={words.search}
        placeholder={words.search}
        value={query}
        onInput={({ currentTarget }) => setQuery(currentTarget.value)}
        onKeyDown={({ key, nativeEvent }) => {
          if (nativeEvent.isComposing) return;
          if (key === 'ArrowDown') list.current?.querySelector('button')?.focus();
          if (key === 'Enter' && first) onPick(first.emoji);
        }}
      />
      <div ref={list} className="all-emoji" onKeyDown={moveFocus}>
        {groups.map(([category, emoji]) => (
          <section key={category} aria-label={words.categories[category] ?? category}>
            <p className="emoji-heading" aria-hidden="true">
              {words.categories[category] ?? category}
            </p>
            <div className="emoji-grid">
              {emoji.map((one) => (
                <button
                  key={one.emoji}
                  type="button"
                  className="emoji"
                  title={one.description}
                  aria-label={one.description}
                  tabIndex={one === first ? 0 : -1}
                  onClick={() => onPick(one.emoji)}
                >
                  {one.emoji}
                </button>
              ))}
            </div>
          </section>
        ))}
        {groups.length === 0 && <p className="picker-note">{words.noneFound}</p>}
      </div>
    </>
  );
}

/** Those whose names, tags or description contain each word of the query. */
function found(query: string): readonly Gemoji[] {
  const terms = query
    .toLowerCase()
    .split(/[\s:_]+/)
    .filter(Boolean);
  if (terms.length === 0) return gemoji;
  return gemoji.filter(({ emoji, names, tags, description }) => {
    const text = [emoji, ...names, ...tags, description].join(' ').toLowerCase();
    return terms.every((term) => text.includes(term));
  });
}

/** The arrow keys move between the emoji. */
function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const steps: Record<string, number> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -COLUMNS,
    ArrowDown: COLUMNS,
  };
  const step = steps[event.key];
  if (step === undefined || event.altKey) return;
  event.preventDefault();
  const all = [...event.currentTarget.querySelectorAll('button')];
  const next = all.indexOf(document.activeElement as HTMLButtonElement) + step;
  all[Math.max(0, Math.min(next, all.length - 1))]?.focus();
}
