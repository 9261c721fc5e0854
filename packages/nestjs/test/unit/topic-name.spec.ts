import { isHubTopic } from '../../src/topics/hub-topics.js';
import {
  FORBIDDEN_CHARACTERS,
  publicIdMistake,
  topicMistake,
} from '../../src/engine/topic-name.js';

describe('the forbidden characters', () => {
  it('are those of the Unicode categories Cc and Cf', () => {
    const isForbidden = (n: number) => FORBIDDEN_CHARACTERS.some(([a, b]) => n >= a && n <= b);
    const wrong: string[] = [];
    for (let n = 0; n <= 0x10ffff; n++)
      if (isForbidden(n) !== /[\p{Cc}\p{Cf}]/u.test(String.fromCodePoint(n)))
        wrong.push(n.toString(16));
    expect(wrong).toEqual([]);
  });
});

describe('a topic', () => {
  it.each([
    'a',
    'orders/42',
    'https://example.com/books/{id}?a=b#c',
    'Grüße 李',
    '🔔'.repeat(512),
    '**',
  ])('may be %j', (topic) => expect(topicMistake(topic)).toBeUndefined());

  it.each([
    ['', 'must have 1 to 512 characters'],
    ['x'.repeat(513), 'must have 1 to 512 characters'],
    ['*', 'must not be *, which stands for all topics'],
    ['a\u0000', /control/],
    ['a\nb', /control/],
    ['a\u0085', /control/],
    ['a\u202eb', /control/],
    ['a\u{e0041}', /control/],
    ['a\ud800', 'must be well-formed Unicode'],
  ])('must not be %j', (topic, mistake) => expect(topicMistake(topic)).toMatch(mistake));
});

describe('the id of a publisher', () => {
  it.each([
    'urn:uuid:0198c0de-0000-7000-8000-000000000001',
    '0198c0de-0000-7000-8000-000000000001',
    'x'.repeat(255),
  ])('may be %j', (id) => expect(publicIdMistake(id)).toBeUndefined());

  it.each([
    '',
    'x'.repeat(256),
    'earliest',
    '#1',
    '0123abcd-7',
    '0123abcd-007',
    '0123abcd-7~1:2:',
    'a\n',
    '\u200b',
  ])('must not be %j', (id) => expect(publicIdMistake(id)).toMatch(/^must /));
});

describe('the topics of the hub', () => {
  it.each([
    ['https://example.com/.well-known/x', 'mercure'],
    ['https://example.com/a/b', '../.well-known/./mercure/x'],
    ['https://example.com/.well-known/mercure/', 'x'],
    ['https://example.com/.well-known/%6dercure/', 'x/y'],
  ])('are found relative to %s: %s', (base, topic) => expect(isHubTopic(topic, base)).toBe(true));

  it.each(['https://example.com/', 'https://example.com/orders', 'urn:example'])(
    'are the same, whatever relative topics are resolved against: %s',
    (base) => {
      const topics = ['orders', 'orders/42', '/', 'https://other.example/orders/42'];
      expect(topics.filter((topic) => isHubTopic(topic, base))).toEqual([]);
      expect(isHubTopic('https://other.example/.well-known/mercure/x', base)).toBe(true);
    },
  );
});
