import { memo } from 'react';
import type { Line } from '../../../../src/rooms/lines/line-change.js';
import { useSelected } from '../../store/use-store.js';
import { nameOf } from '../people/people.js';
import { useNeededPeople } from '../people/use-name.js';
import { lineWords } from './lines.words.js';
import './lines.css';

/** Who joined and left, and what the room was called, between two messages. */
export const HistoryLines = memo(function HistoryLines({
  lines = [],
}: {
  lines?: readonly Line[] | undefined;
}) {
  return lines.map((line) => <HistoryLine key={line.kind} line={line} />);
});

function HistoryLine({ line }: { line: Line }) {
  useNeededPeople(line.userIds);
  const names = useSelected(({ state }) => line.userIds.map((id) => nameOf(state, id)).join('\n'));
  return <p className="history-line">{textOf(line, names === '' ? [] : names.split('\n'))}</p>;
}

function textOf({ kind, count, text }: Line, names: readonly string[]): string {
  if (kind === 'joined' || kind === 'left') return lineWords[kind](names, count);
  return text === null ? lineWords.noTopic : lineWords[kind](text);
}
