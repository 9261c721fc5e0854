import fc from 'fast-check';
import { fold } from '../../src/words/fold.js';
import { termsOf, wordsOf } from '../../src/words/words.js';
import { SEARCH_CASES } from '../support/search-cases.js';

/** As both engines do it. */
const finds = (query: string, text: string): boolean => {
  const words = new Set(wordsOf(text));
  const terms = termsOf(query)!;
  return (
    terms.words.every((word) => words.has(word)) &&
    terms.prefixes.every((prefix) => [...words].some((word) => word.startsWith(prefix)))
  );
};

const lettersOf = (letters: string, minLength: number, maxLength: number) =>
  fc.array(fc.constantFrom(...letters), { minLength, maxLength }).map((chosen) => chosen.join(''));

describe('the words of a text', () => {
  it.each(SEARCH_CASES)('let %j find %j: %j', (query, text, isFound) => {
    expect(finds(query, text)).toBe(isFound);
  });

  it.each([
    ['Han', '我家在上海东边的学校人々'],
    ['Japanese', 'あいうがぎパピー誕生日々'],
    ['Hangul', '서울에서살아요학교'],
    ['Thai', 'กขคปรชมะัาิีุู่้์ไเ'],
    ['Khmer', 'ភនពញខរសុំេ្ៅា'],
    ['Burmese', 'ကခမရန်ုျွာေ'],
    ['emoji', '🎉👍🔥👩🚀'],
  ])('let each part of a run of %s be found, wherever it begins and ends', (_script, letters) => {
    const text = fc.array(lettersOf(letters, 1, 12), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(text, fc.nat(), fc.nat(), fc.nat(), (runs, which, from, length) => {
        // Two marks of one letter have one order.
        const run = [...runs[which % runs.length]!.normalize()];
        const start = from % run.length;
        const part = run.slice(start, start + 1 + (length % (run.length - start))).join('');
        expect(finds(part, `${runs.join('、 ')} end`)).toBe(true);
      }),
    );
  });

  it.each([
    ['Latin', 'aeéßfiñxZŁ'],
    ['Greek', 'αάβΣσςηἅ'],
    ['Cyrillic', 'аёйЖщі'],
    ['Hebrew', 'אבגשׁלָ'],
    ['Arabic', 'ابسلأةـَّ'],
    ['Devanagari', 'कखर्िीोंङ'],
    ['digits', '0123456789'],
  ])('let each word of %s be found, and its beginning', (_script, letters) => {
    const text = fc.array(lettersOf(letters, 1, 70), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(text, fc.nat(), fc.nat(), (words, which, length) => {
        const sentence = words.join(' - ');
        const word = words[which % words.length]!;
        const beginning = [...fold(word)].slice(0, 2 + length).join('');
        for (const query of [word, `${word} ${words[0]}`, beginning])
          if (termsOf(query)) expect(finds(query, sentence)).toBe(true);
      }),
    );
  });

  it('have nothing that an engine would take for the end of a word', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const word of wordsOf(text)) expect(word).toMatch(/^[a-z0-9\u0080-\u{10FFFF}]+$/u);
      }),
    );
  });

  it('are bounded in number, length and time, whatever stands in 8,000 characters', () => {
    const alphabets = ['㌀㌁㌂㌃㌄㌅㌆㌇㌈㌉㌊', 'ﷺ', '𐐨', 'a𐐨'];
    for (const alphabet of alphabets) {
      const letters = [...alphabet];
      const text = Array.from({ length: 8000 }, (_, n) => letters[(n * n) % letters.length]);
      const words = wordsOf(text.join(''));
      expect(words.length).toBeLessThanOrEqual(8192);
      const bytes = words.map((word) => Buffer.byteLength(word) + 37);
      expect(Math.max(...bytes)).toBeLessThan(2048);
      expect(bytes.reduce((sum, one) => sum + one)).toBeLessThan(2 ** 20);
    }
    const everyHan = String.fromCodePoint(...Array.from({ length: 8000 }, (_, n) => 0x4e00 + n));
    expect(wordsOf(everyHan)).toHaveLength(8000);
  });

  it.each(['', ' ', 'a', 'É', '7', '?', 'C++', '\u00AD', 'é…'])(
    'are too few in the query %j',
    (query) => {
      expect(termsOf(query)).toBeUndefined();
    },
  );
});

describe('folding', () => {
  const CHARACTERS = Array.from({ length: 0x1fbff }, (_, code) => String.fromCodePoint(code))
    .filter((character) => /[\p{L}\p{M}\p{N}\p{S}]/u.test(character))
    .map((character) => `x${character}y`);

  it('is done once', () => {
    expect(CHARACTERS.filter((text) => fold(fold(text)) !== fold(text))).toEqual([]);
  });

  it('makes no difference between cases, nor between composed and decomposed', () => {
    for (const same of [
      (text: string) => text.toLowerCase(),
      (text: string) => text.normalize('NFD'),
      (text: string) => text.normalize('NFC'),
    ])
      expect(CHARACTERS.filter((text) => fold(same(text)) !== fold(text))).toEqual([]);
    // The iota below a letter, which is left out, is a letter of its own in capitals.
    const withoutIota = CHARACTERS.filter((text) => !text.normalize('NFD').includes('\u0345'));
    expect(withoutIota.filter((text) => fold(text.toUpperCase()) !== fold(text))).toEqual([]);
  });
});
