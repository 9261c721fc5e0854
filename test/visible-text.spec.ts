import { randomUUID } from 'node:crypto';
import { type RunningApplication, startApplication } from './support/application.js';
import { Person } from './support/people.js';
import { post, problemOf } from './support/requests.js';
import { hasInvisible, isVisible, withoutInvisible } from '../src/http/visible-text.js';

const NOT_SEEN = [
  '\u3164',
  '\u2800',
  '\u115F',
  '\uFFA0',
  '\u00AD',
  '\u200B',
  '\u2060',
  '\uFE0F',
  '\u{E0041}',
  '\u034F',
  '\u{1D159}',
  '\uFFFF',
  '\uFDD0',
];
const BIDIRECTIONAL = ['\u202E', '\u2066', '\u200F', '\u061C'];
const nameOf = (text: string): string => `U+${text.codePointAt(0)!.toString(16).toUpperCase()}`;

describe('text that cannot be seen', () => {
  let application: RunningApplication;
  let ada: Person;
  let room: string;

  beforeAll(async () => {
    application = await startApplication();
    ada = await Person.signUp(application.url, 'ada');
    const made = await ada.send('POST', '/api/rooms', { kind: 'public', name: 'Belfry' });
    room = ((await made.json()) as { id: string }).id;
  });
  afterAll(() => application.stop());

  it.each(NOT_SEEN.map((text) => [nameOf(text), text]))(
    '%s alone is no name of a user or a room, and no message',
    async (_, text) => {
      const answers = [
        await post(`${application.url}/api/users`, { firstname: `${text} ${text}`, lastname: 'x' }),
        await ada.send('POST', '/api/rooms', { kind: 'public', name: text }),
        await ada.send('POST', `/api/rooms/${room}/messages`, { clientId: randomUUID(), text }),
      ];
      for (const answer of answers) {
        expect(answer.status).toBe(422);
        expect((await problemOf(answer)).detail).toContain(
          'must have a character that can be seen',
        );
      }
    },
  );

  it.each([...NOT_SEEN, ...BIDIRECTIONAL].map((text) => [nameOf(text), text]))(
    '%s does not make one name look like another',
    async (_, text) => {
      const name = `Ada${text}b`;
      const user = await post(`${application.url}/api/users`, { firstname: name, lastname: 'x' });
      const made = await ada.send('POST', '/api/rooms', { kind: 'public', name });
      for (const answer of [user, made]) {
        expect(answer.status).toBe(422);
        expect((await problemOf(answer)).detail).toContain('cannot be seen');
      }
      expect(withoutInvisible(name)).toBe('Adab');
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
  ])('%s is a name', (_, name) => {
    expect([isVisible(name), hasInvisible(name), withoutInvisible(name)]).toEqual([
      true,
      false,
      name,
    ]);
  });

  it('a message may have them beside what can be seen', async () => {
    const text = 'right to left \u200F and a soft\u00ADhyphen';
    const message = { clientId: randomUUID(), text };
    expect((await ada.send('POST', `/api/rooms/${room}/messages`, message)).status).toBe(201);
  });
});
