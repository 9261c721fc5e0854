import {
  bulleted,
  coded,
  continued,
  type Edit,
  type Editing,
  fenced,
  linked,
  marked,
  numbered,
  quoted,
  type Selected,
} from '../../client/src/features/formatting/text-edits.js';

/** A text whose selection is between two bars, or whose caret is at one. */
function selected(written: string): Selected {
  const [before = '', ...rest] = written.split('|');
  const [inside, after] = rest.length > 1 ? rest : ['', rest[0]];
  return {
    text: before + inside + after,
    from: before.length,
    to: before.length + inside.length,
  };
}

function after({ text }: Selected, edit: Edit): string {
  const edited = text.slice(0, edit.from) + edit.text + text.slice(edit.to);
  const [from, to] = edit.select;
  const inside = from === to ? '|' : `|${edited.slice(from, to)}|`;
  return edited.slice(0, from) + inside + edited.slice(to);
}

const edited = (written: string, editing: Editing): string =>
  after(selected(written), editing(selected(written)));

it.each<[string, Editing, string, string]>([
  ['bold', marked('**'), 'a |b| c', 'a **|b|** c'],
  ['bold, of a selection with a space', marked('**'), 'a| b |c', 'a **|b|** c'],
  ['bold, which is removed', marked('**'), 'a **|b|** c', 'a |b| c'],
  ['bold, which is selected and removed', marked('**'), 'a |**b**| c', 'a |b| c'],
  ['italic, before one types', marked('_'), 'a |', 'a _|_'],
  ['code', coded, 'a |b|', 'a `|b|`'],
  ['code of several lines', coded, '|a\nb|', '```\n|a\nb|\n```'],
  ['a block of code after a text', fenced, 'a|', 'a\n```\n|\n```'],
  ['a quote', quoted, 'a\nb|c|\nd', 'a\n|> bc|\nd'],
  ['a quote, which is removed', quoted, '|> a\n> b|', '|a\nb|'],
  ['a list', bulleted, '|a\nb|', '|- a\n- b|'],
  ['a numbered list', numbered, '|a\nb|', '|1. a\n2. b|'],
  ['a list of a line without a selection', bulleted, 'a|b', '- ab|'],
  ['a link', linked, 'see |this|', 'see [this](|https://|)'],
])('the text has %s', (_, editing, before, expected) => {
  expect(edited(before, editing)).toBe(expected);
});

it.each([
  ['- a|', '- a\n- |'],
  ['  * a|', '  * a\n  * |'],
  ['9. a|', '9. a\n10. |'],
  ['> a|', '> a\n> |'],
  ['- a\n- |', '- a\n|'],
  ['> |', '|'],
  ['```\n  a|', '```\n  a\n  |'],
  ['```js|', '```js\n|'],
])('a new line continues %j', (before, expected) => {
  expect(after(selected(before), continued(selected(before))!)).toBe(expected);
});

it.each(['a|', '```\na\n```|', '-a|', '2 > 1|'])(
  'a new line continues nothing after %j',
  (text) => {
    expect(continued(selected(text))).toBeNull();
  },
);
