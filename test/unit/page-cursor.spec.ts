import { decodePageCursor, encodePageCursor } from '../../src/http/page-cursor.js';

describe('a page cursor', () => {
  it('is refused where its key is none of its list: the database could fail on it', () => {
    const forged = encodePageCursor('list', "x'\0");
    expect(() => decodePageCursor('list', forged, /^[a-z]+$/)).toThrow('after must be a cursor');
    expect(decodePageCursor('list', encodePageCursor('list', 'abc'), /^[a-z]+$/)).toBe('abc');
  });
});
