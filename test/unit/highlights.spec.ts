import { highlights } from '../../client/src/features/listed-messages/highlights.js';
import { fold } from '../../src/words/fold.js';
import { termsOf } from '../../src/words/words.js';
import { SEARCH_CASES } from '../support/search-cases.js';

/** The text with brackets around what is marked. */
const marked = (query: string, text: string): string =>
  highlights(text, query)
    .map((part) => (part.isFound ? `[${part.text}]` : part.text))
    .join('');

it.each([
  ['aero', 'to Ærøskøbing', 'to [Ærø]skøbing'],
  ['soren here', 'Søren is here, not Sørensen', '[Søren] is [here], not Sørensen'],
  ['학교', '우리학교에서', '우리[학교]에서'],
  ['학교', '우리학교에서'.normalize('NFD'), '우리[학교]에서'],
  ['ガス', 'ｶﾞｽ', '[ｶﾞｽ]'],
  ['upa', 'group', 'group'],
  ['chloe', 'with Chloe\u0301 S.', 'with [Chloé] S.'],
  ['👍', 'ok 👍🏽', 'ok [👍🏽]'],
])('%j marks its matches in %j', (query, text, expected) => {
  expect(marked(query, text)).toBe(expected);
});

it.each(SEARCH_CASES.filter(([query, , isFound]) => isFound && termsOf(query)))(
  'marks something for %j in %j, which the server finds',
  (query, text) => {
    const parts = highlights(text, query);
    expect(parts.some(({ isFound }) => isFound)).toBe(true);
    expect(fold(parts.map((part) => part.text).join(''))).toBe(fold(text));
  },
);
