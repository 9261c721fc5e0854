import { preference } from '../../src/http/preferences.js';

describe('the preference for what a write returns', () => {
  it.each([
    ['return=minimal', 'minimal'],
    ['Return = "Minimal"', 'minimal'],
    ['return="mini\\mal"', 'minimal'],
    ['respond-async, wait=10, return=minimal', 'minimal'],
    ['return=minimal; note="a, return=representation"', 'minimal'],
    ['note="a, return=minimal", return=representation', 'representation'],
    ['return=minimal, return=representation', 'minimal'],
    ['return=representation;x=y;z', 'representation'],
    [',, return=minimal,', 'minimal'],
    ['return', ''],
    ['return=""', ''],
    ['return=minimal=1', undefined],
    ['return minimal', undefined],
    ['xreturn=minimal', undefined],
    ['foo; return=minimal', undefined],
    ['foo="return=minimal"', undefined],
    ['foo=, return=minimal', 'minimal'],
    ['foo="unclosed, return=minimal', 'minimal'],
    ['', undefined],
    [undefined, undefined],
    [`${'a'.repeat(2000)}, return=minimal`, undefined],
  ])('of %j is %j', (header, expected) => {
    expect(preference(header, 'return')).toBe(expected);
  });
});
