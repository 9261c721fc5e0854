import { partOf } from '../../src/rooms/messages/part-of-messages.js';

const texts = (...lengths: number[]) =>
  lengths.map((length) => ({ text: 'x'.repeat(length), files: [] }));

describe('the messages that one background transaction takes', () => {
  it.each([
    ['a single one, however long', [8_000, 1, 1], 1],
    ['until their texts have 2,000 characters', [1_000, 999, 1, 1], 3],
    ['the one that exceeds the limit, and none after it', [1_999, 8_000, 1], 2],
    ['all of them, if they are short', [1, 1, 1], 3],
    ['none of none', [], 0],
  ])('are %s', (_, lengths, count) => {
    const messages = texts(...lengths);
    expect(partOf(messages)).toEqual(messages.slice(0, count));
  });

  it('includes those without a text', () => {
    const deleted = { text: null, files: [] };
    expect(partOf([deleted, deleted])).toHaveLength(2);
  });

  it('are fewer if their files have long names', () => {
    const message = { text: '', files: [{ name: 'x'.repeat(2_000) }] };
    expect(partOf([message, message])).toHaveLength(1);
  });
});
