import { hasInvisible, isVisible, withoutInvisible } from '../../src/http/visible-text.js';
import { BIDIRECTIONAL, nameOf, NOT_SEEN } from '../support/invisible-characters.js';

describe('text that cannot be seen', () => {
  it.each(NOT_SEEN.map((text) => [nameOf(text), text]))('is %s alone', (_, text) => {
    expect(isVisible(`${text} ${text}`)).toBe(false);
  });

  it.each([...NOT_SEEN, ...BIDIRECTIONAL].map((text) => [nameOf(text), text]))(
    'is found and removed where %s is in a name',
    (_, text) => {
      const name = `Ada${text}b`;
      expect([hasInvisible(name), withoutInvisible(name)]).toEqual([true, 'Adab']);
    },
  );

  it.each([
    ['a Persian name with a zero width non-joiner', 'علی\u200Cرضا'],
    ['a Sinhala name with a joiner', 'ශ්\u200Dරී'],
    ['a family', '👨\u200D👩\u200D👧'],
    ['a heart that is drawn in colour', 'I ❤\uFE0F U'],
    ['the flag of Scotland', '🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}'],
    ['a Japanese name with a variant of its character', '辻\u{E0100}'],
    ['Hangul, Arabic and Latin', '김 محمد Ada'],
  ])('is not in %s', (_, name) => {
    expect([isVisible(name), hasInvisible(name), withoutInvisible(name)]).toEqual([
      true,
      false,
      name,
    ]);
  });
});
