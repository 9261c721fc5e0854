import { randomUUID } from 'node:crypto';
import { type RunningApplication, startApplication } from './support/application.js';
import { BIDIRECTIONAL, nameOf, NOT_SEEN } from './support/invisible-characters.js';
import { Person } from './support/people.js';
import { post, problemOf } from './support/requests.js';

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
        expect((await problemOf(answer)).detail).toContain('must contain a visible character');
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
        expect((await problemOf(answer)).detail).toContain('invisible');
      }
    },
  );

  it('a message may have them beside what can be seen', async () => {
    const text = 'right to left \u200F and a soft\u00ADhyphen';
    const message = { clientId: randomUUID(), text };
    expect((await ada.send('POST', `/api/rooms/${room}/messages`, message)).status).toBe(201);
  });
});
