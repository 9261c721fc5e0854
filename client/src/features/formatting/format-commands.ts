import { insertTextIntoField } from 'text-field-edit';
import { commandKeys, commandLetter } from '../../ui/command-key.js';
import { formattingWords as words } from './formatting.words.js';
import {
  bulleted,
  coded,
  type Edit,
  type Editing,
  fenced,
  linked,
  marked,
  numbered,
  quoted,
} from './text-edits.js';

interface FormatCommand {
  readonly label: string;
  readonly icon: string;
  readonly edit: Editing;
  /** The letter to press with Ctrl or ⌘. */
  readonly letter?: string;
  readonly shift?: boolean;
}

/** In the order of the toolbar. The icons are drawn on 24 × 24 px. */
export const formatCommands: readonly FormatCommand[] = [
  {
    label: words.bold,
    icon: 'M7 5h6a3.5 3.5 0 0 1 0 7H7zM7 12h7a3.5 3.5 0 0 1 0 7H7z',
    edit: marked('**'),
    letter: 'b',
  },
  { label: words.italic, icon: 'M10 5h7M7 19h7M14 5l-4 14', edit: marked('_'), letter: 'i' },
  {
    label: words.strike,
    icon: 'M4 12h16M16.5 8.5c0-2-2-3.5-4.5-3.5-3 0-4.5 1.5-4.5 3.5M7.5 15.5c0 2 2 3.5 4.5 3.5s4.5-1.5 4.5-3.5',
    edit: marked('~~'),
    letter: 'x',
    shift: true,
  },
  { label: words.inlineCode, icon: 'm8 7-5 5 5 5M16 7l5 5-5 5', edit: coded, letter: 'e' },
  {
    label: words.codeBlock,
    icon: 'M3 5h18v14H3zM9.5 9.5 7 12l2.5 2.5M14.5 9.5 17 12l-2.5 2.5',
    edit: fenced,
  },
  { label: words.quote, icon: 'M5 5v14M10 8h10M10 12h10M10 16h6', edit: quoted },
  {
    label: words.bullets,
    icon: 'M9 6h11M9 12h11M9 18h11M4 6h.01M4 12h.01M4 18h.01',
    edit: bulleted,
  },
  {
    label: words.numbers,
    icon: 'M10 6h10M10 12h10M10 18h10M4 4.5h1V9M4 18.5h2.5M4 15c1-1 2.5 0 1.5 1.5l-2 2',
    edit: numbered,
  },
  {
    label: words.link,
    icon: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 5.7 5.7l1-1',
    edit: linked,
  },
];

export const titleOfCommand = ({ label, letter, shift = false }: FormatCommand): string =>
  letter === undefined ? label : words.withKeys(label, commandKeys(letter.toUpperCase(), shift));

interface Pressed {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** What the pressed keys do to the text. */
export function editOfKeys(event: Pressed): Editing | undefined {
  const pressed = commandLetter(event);
  return formatCommands.find(
    ({ letter, shift = false }) =>
      letter !== undefined && letter === pressed && shift === event.shiftKey,
  )?.edit;
}

/** Edits the text as if the user had typed, so that it can be undone. */
export function applyEdit(field: HTMLTextAreaElement, { from, to, text, select }: Edit): void {
  field.focus();
  field.setSelectionRange(from, to);
  insertTextIntoField(field, text);
  field.setSelectionRange(...select);
}

export const selectedIn = ({ value, selectionStart, selectionEnd }: HTMLTextAreaElement) => ({
  text: value,
  from: selectionStart,
  to: selectionEnd,
});
