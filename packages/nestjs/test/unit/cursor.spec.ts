import { formatCursor, parseCursor } from '../../src/log/cursor.js';

describe('a cursor', () => {
  it.each(['0123abcd-0', '0123abcd-42', '0123abcd-7~1f:0:', '0123abcd-7~1f:20:0,3,1'])(
    '%s is written as it was read',
    (text) => expect(formatCursor(parseCursor(text)!)).toBe(text),
  );

  it.each([
    '',
    '0123abcd',
    '0123abcd-',
    '0123abcd-01',
    '0123ABCD-1',
    '0123abcd-1~',
    '0123abcd-1~x:1:',
    '0123abcd-1~1:1',
    '0123abcd-1~1:1:,',
    '0123abcd-1~1:1:1,',
    '0123abcd-1~12345678901234:0:',
    `0123abcd-1~1:1:${'1,'.repeat(4000)}1`,
    '0123abcd-99999999999999999',
  ])('is not %s', (text) => expect(parseCursor(text)).toBeUndefined());

  it('sees the transactions of its snapshot', () => {
    // 0x64 = 100: 100, 103 and 104 were running, and 110 was the next one.
    const { snapshot } = parseCursor('0123abcd-7~64:a:0,3,1')!;
    const seen = [1, 99, 100, 101, 102, 103, 104, 105, 109, 110, 111, null].filter((xid) =>
      snapshot!.sees(xid),
    );
    expect(seen).toEqual([1, 99, 101, 102, 105, 109]);
  });
});
