import S3rver from '@20minutes/s3rver';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import sharp from 'sharp';
import { Previews } from '../src/rooms/files/previews.js';
import { UnusedFiles } from '../src/rooms/files/unused-files.js';
import type { MessageFile } from '../src/rooms/room/message-file.js';
import type { Message } from '../src/rooms/room/message.js';
import type { Membership, Room } from '../src/rooms/room/room.js';
import { refusedStart, type RunningApplication, startApplication } from './support/application.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { tablesIn, unfinished } from './support/everything.js';
import { filesWith, temporaryFolder } from './support/files.js';
import { runAsOtherProgram } from './support/other-program.js';
import { PASSWORD, Person } from './support/people.js';
import { freePort } from './support/ports.js';
import { problemCode } from './support/requests.js';
import { filePath, photo, postsFiles, upload, uploads } from './support/uploads.js';
import { until } from './support/wait.js';

const MAX_BYTES = 100_000;
/** Of one user; more than any user of these tests has at the same time. */
const MAX_FILES = 20;
const HOUR = 3_600_000;

const refusal = async (response: Response) => [response.status, await problemCode(response)];

describe.each(ENGINES)('files on $name', ({ start }) => {
  let engine: EngineUnderTest;
  let database: string;
  let folder: string;
  let application: RunningApplication;
  let ada: Person;
  let bob: Person;
  let eve: Person;
  let room: Room;

  beforeAll(async () => {
    engine = await start();
    database = await engine.createDatabase();
    folder = temporaryFolder();
    application = await startApplication({
      DATABASE_URL: database,
      SIGN_IN_ATTEMPTS: '0',
      FILES_URL: `file:${folder}`,
      FILES_MAX_BYTES: String(MAX_BYTES),
      FILES_MAX_BYTES_PER_USER: String(3 * MAX_BYTES),
      FILES_MAX_PER_USER: String(MAX_FILES),
    });
    [ada, bob, eve] = (await Promise.all(
      ['ada', 'bob', 'eve'].map((name) => Person.signUp(application.url, name)),
    )) as [Person, Person, Person];
    room = await ada.makes('Analysis');
    await bob.joins(room);
  });
  afterAll(async () => {
    await application.stop();
    await engine.stop();
    rmSync(folder, { recursive: true });
  });

  const read = (who: Person, { id }: MessageFile, part = '', headers = {}) =>
    who.send('GET', filePath(room, id) + part, undefined, headers);
  const stored = (text: string) => filesWith(folder, text);
  const inFolder = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const collects = (hours: number) =>
    application.app.get(UnusedFiles, { strict: false }).run(Date.now() + hours * HOUR);

  it('are part of their message everywhere, in its order, and each belongs to one message', async () => {
    const received = await bob.listens();
    const note = await uploads(ada, room, 'Notes on the engine', { name: '  n\u00adotes.md ' });
    const image = await uploads(ada, room, await photo(), { name: 'bridge.jpg' });
    expect(note).toMatchObject({ name: 'notes.md', type: 'text/plain', size: 19, width: null });
    // As it is shown: the camera was held upright.
    expect(image).toMatchObject({ type: 'image/jpeg', width: 48, height: 64 });

    const message = await postsFiles(ada, room, [image, note]);
    expect(message).toMatchObject({ text: '', files: [image, note] });
    expect(await ada.gets(`/api/rooms/${room.id}/messages/${message.id}`)).toEqual(message);
    expect((await bob.gets<Message[]>(`/api/rooms/${room.id}/messages`)).at(-1)).toEqual(message);
    const [mine] = await bob.gets<Membership[]>('/api/me/rooms');
    expect(mine!.lastMessage).toEqual(message);
    await received.receives(1, 'message.posted');
    expect(received.of('message.posted')[0]!.data).toEqual(message);
    await received.close();

    const retry = { clientId: message.clientId, text: '', files: [image.id, note.id] };
    const path = `/api/rooms/${room.id}/messages`;
    expect(await ada.does('POST', path, retry)).toEqual(message);
    for (const [who, files] of [
      [ada, [note.id]],
      [bob, [note.id]],
      [ada, [randomUUID()]],
    ] as const)
      expect(
        await refusal(await who.send('POST', path, { ...retry, clientId: randomUUID(), files })),
      ).toEqual([422, 'validation-failed']);
    expect(await refusal(await ada.send('POST', path, { ...retry, files: [note.id] }))).toEqual([
      422,
      'idempotency-key-reused',
    ]);
    const edited = await ada.does<Message>('PATCH', `${path}/${message.id}`, { text: 'Both' });
    expect(edited).toMatchObject({ text: 'Both', files: [image, note] });
    expect(await ada.does('PATCH', `${path}/${message.id}`, { text: '' })).toMatchObject({
      text: '',
      files: [image, note],
    });
    const { id } = await ada.says(room, 'Without files');
    expect(await refusal(await ada.send('PATCH', `${path}/${id}`, { text: '' }))).toEqual([
      422,
      'validation-failed',
    ]);
  });

  it('are read by members once they are posted, until then by their user, and never by others', async () => {
    const file = await uploads(ada, room, await photo());
    const statuses = async () =>
      Promise.all(
        [ada, bob, eve].flatMap((who) =>
          ['', '/preview'].map(async (part) => (await read(who, file, part)).status),
        ),
      );
    expect(await statuses()).toEqual([200, 200, 404, 404, 403, 403]);
    await postsFiles(ada, room, [file]);
    expect(await statuses()).toEqual([200, 200, 200, 200, 403, 403]);
    const other = await ada.makes('Other');
    expect((await ada.send('GET', filePath(other, file.id))).status).toBe(404);
    expect(await refusal(await upload(eve, room, 'Let me in!'))).toEqual([403, 'forbidden']);
  });

  it('have previews without the metadata of the image', async () => {
    const content = await photo(2000, 1000);
    expect(Buffer.from(content).includes('At the bridge')).toBe(true);
    const file = await uploads(ada, room, content);
    const response = await read(ada, file, '/preview');
    expect(response.headers.get('Content-Type')).toBe('image/webp');
    const metadata = await sharp(await response.arrayBuffer()).metadata();
    expect(metadata).toMatchObject({ format: 'webp', width: 480, height: 960 });
    expect(metadata.exif).toBeUndefined();
  });

  it.each([
    ['page.html', '<!doctype html><script>alert(1)</script>'],
    ['drawing.svg', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
    ['photo.png', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['broken.jpg', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3])],
  ])('are never run by a browser: %s', async (name, content) => {
    const file = await uploads(ada, room, Uint8Array.from(Buffer.from(content)), { name });
    expect(file.width).toBeNull();
    const { headers } = await read(ada, file);
    expect(headers.get('Content-Security-Policy')).toBe("sandbox; default-src 'none'");
    expect(headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(headers.get('Content-Type')).toMatch(
      /^(text\/plain|application\/octet-stream|image\/jpeg)/,
    );
    if (file.type !== 'image/jpeg')
      expect(headers.get('Content-Disposition')).toBe(`attachment; filename=${name}`);
    expect((await read(ada, file, '/preview')).status).toBe(404);
  });

  it('are sent in ranges, and not again to a client that has them', async () => {
    const file = await uploads(ada, room, '0123456789', { name: 'Größe "5".txt' });
    const whole = await read(ada, file);
    expect(await whole.text()).toBe('0123456789');
    expect(whole.headers.get('Cache-Control')).toBe('private, no-cache, no-transform');
    expect(whole.headers.get('Content-Disposition')).toContain("filename*=UTF-8''Gr%C3%B6%C3%9Fe");
    const ETag = whole.headers.get('ETag')!;
    const part = await read(ada, file, '', { Range: 'bytes=2-4', 'If-Range': ETag });
    expect([part.status, part.headers.get('Content-Range'), await part.text()]).toEqual([
      206,
      'bytes 2-4/10',
      '234',
    ]);
    expect((await read(ada, file, '', { Range: 'bytes=2-4', 'If-Range': '"x"' })).status).toBe(200);
    expect((await read(ada, file, '', { Range: 'bytes=0-1,4-5' })).status).toBe(200);
    for (const [range, content] of [
      ['bytes=-3', '789'],
      ['bytes=7-99', '789'],
      ['bytes=-99', '0123456789'],
      ['bytes=5-2', '0123456789'],
      ['lines=1-2', '0123456789'],
    ] as const)
      expect(await (await read(ada, file, '', { Range: range })).text()).toBe(content);
    expect((await read(ada, file, '', { Range: 'bytes=-0' })).status).toBe(416);
    const beyond = await read(ada, file, '', { Range: 'bytes=10-' });
    expect(await refusal(beyond)).toEqual([416, 'range-not-satisfiable']);
    expect(beyond.headers.get('Content-Range')).toBe('bytes */10');
    expect((await read(ada, file, '', { 'If-None-Match': ETag })).status).toBe(304);
    expect((await read(ada, file, '', { 'If-Match': '"x"' })).status).toBe(412);
    const head = await ada.send('HEAD', filePath(room, file.id));
    expect([head.headers.get('Content-Length'), await head.text()]).toEqual(['10', '']);
  });

  it('are stored once when an upload is repeated, and an id has one content', async () => {
    const id = randomUUID();
    const responses = await Promise.all(
      Array.from({ length: 3 }, () => upload(ada, room, 'Once only', { id })),
    );
    const again = await upload(ada, room, 'Once only', { id });
    expect(again.status).toBe(200);
    expect(responses.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const { status } of responses) expect([200, 201, 429]).toContain(status);
    for (const [who, content, name] of [
      [ada, 'Something else', 'notes.txt'],
      [ada, 'Once only', 'other.txt'],
      [bob, 'Once only', 'notes.txt'],
    ] as const)
      expect(await refusal(await upload(who, room, content, { id, name }))).toEqual([
        409,
        'conflict',
      ]);
    await collects(0);
    expect(stored('Once only')).toHaveLength(1);
  });

  it('have valid names and content', async () => {
    for (const name of ['', ' ', '.', ' ..', 'a/b', '..\\b', 'a\nb', 'x'.repeat(256)])
      expect(await refusal(await upload(ada, room, 'x', { name }))).toEqual([
        400,
        'invalid-parameter',
      ]);
    expect(await refusal(await upload(ada, room, ''))).toEqual([400, 'malformed-request']);
    const headers = { 'Content-Encoding': 'gzip' };
    expect(await refusal(await upload(ada, room, 'x', { headers }))).toEqual([
      415,
      'unsupported-media-type',
    ]);
  });

  it('are limited in size, each and together, announced or not', async () => {
    const cy = await Person.signUp(application.url, `cy${randomBytes(4).toString('hex')}`);
    await cy.joins(room);
    const large = Uint8Array.from(Buffer.alloc(MAX_BYTES + 1, 1));
    expect(await refusal(await upload(cy, room, large))).toEqual([413, 'content-too-large']);
    expect(await status(cy, (sending) => sending.end(large))).toBe(413);
    const allowed = large.subarray(1);
    for (let n = 0; n < 2; n++) await uploads(cy, room, allowed);
    const last = await uploads(cy, room, allowed);
    // A retry after a lost response stores nothing.
    expect((await upload(cy, room, allowed, { id: last.id })).status).toBe(200);
    expect(await refusal(await upload(cy, room, 'one more'))).toEqual([409, 'conflict']);
  });

  it('are limited in number', async () => {
    const di = await Person.signUp(application.url, `di${randomBytes(4).toString('hex')}`);
    await di.joins(room);
    const { id } = await uploads(di, room, 'x');
    for (let n = 1; n < MAX_FILES; n++) await uploads(di, room, 'x');
    expect((await upload(di, room, 'x', { id })).status).toBe(200);
    expect(await refusal(await upload(di, room, 'x'))).toEqual([409, 'conflict']);
  });

  it('are not stored if the session of the upload ends meanwhile', async () => {
    const session = await Person.signIn(application.url, 'ada');
    const before = inFolder().length;
    const code = status(session, async (sending) => {
      sending.write('Revoked meanwhile');
      await until(() => inFolder().length === before + 1);
      await ada.does('DELETE', `/api/sessions/${session.sessionId}`);
      sending.end();
    });
    expect(await code).toBe(401);
    await collects(2);
    expect(stored('Revoked meanwhile')).toEqual([]);
  });

  it('leave nothing when their client disconnects', async () => {
    const before = inFolder().length;
    const sending = started(ada);
    sending.write('incomplete');
    await until(() => inFolder().length === before + 1);
    sending.destroy();
    await until(() => inFolder().length === before);
  });

  it('are uploaded by a user four at a time', async () => {
    const before = inFolder().length;
    const open = Array.from({ length: 4 }, () => started(bob));
    for (const sending of open) sending.write('slowly');
    await until(() => inFolder().length === before + 4);
    expect(await refusal(await upload(bob, room, 'x'))).toEqual([429, 'too-many-requests']);
    for (const sending of open) sending.destroy();
    await until(() => inFolder().length === before);
    await uploads(bob, room, 'x');
  });

  it('are removed with their message, from events too', async () => {
    const file = await uploads(bob, room, 'A plan that is dropped', { name: 'dropped-plan.txt' });
    const message = await postsFiles(bob, room, [file]);
    expect(stored('A plan that is dropped')).toHaveLength(1);
    await bob.does('DELETE', `/api/rooms/${room.id}/messages/${message.id}`);
    expect((await read(bob, file)).status).toBe(404);
    await until(() => stored('A plan that is dropped').length === 0);
    await until(async () => !(await tablesIn(database)).get('files')!.includes(file.id));
    for (const [, rows] of await tablesIn(database)) expect(rows).not.toContain('dropped-plan');
  });

  it('are removed if nobody posts them within a day, or their upload was interrupted', async () => {
    const file = await uploads(bob, room, 'Never posted');
    const posted = await uploads(bob, room, 'Posted');
    await postsFiles(bob, room, [posted]);
    const cut = await uploads(bob, room, 'Cut off by a crash');
    await runAsOtherProgram(database, `update files set state = 'storing' where id = '${cut.id}'`);
    expect((await read(bob, cut)).status).toBe(404);
    const left = join(folder, 'incoming', randomUUID());
    writeFileSync(left, 'Left by a crash');
    utimesSync(left, new Date(), new Date(Date.now() - 2 * HOUR));
    await collects(0);
    expect(stored('Left by a crash')).toEqual([]);
    expect(stored('Cut off by a crash')).toHaveLength(1);
    await collects(2);
    expect(stored('Cut off by a crash')).toEqual([]);
    expect(stored('Never posted')).toHaveLength(1);
    await collects(25);
    expect(stored('Never posted')).toEqual([]);
    expect((await read(bob, file)).status).toBe(404);
    expect(await (await read(bob, posted)).text()).toBe('Posted');
  });

  it('are removed although the content of another one cannot be', async () => {
    const files = [];
    for (let n = 0; n < 3; n++) files.push(await uploads(bob, room, `To be removed ${n}`));
    for (const { id } of files)
      await runAsOtherProgram(database, `update files set state = 'removed' where id = '${id}'`);
    const [blocked] = stored('To be removed 1');
    rmSync(blocked!);
    mkdirSync(join(blocked!, 'in the way'), { recursive: true });
    await collects(0);
    expect(stored('To be removed')).toEqual([]);
    const rows = (await tablesIn(database)).get('files')!;
    expect(files.map(({ id }) => rows.includes(id))).toEqual([false, true, false]);
    rmSync(blocked!, { recursive: true });
    // Not at once.
    await collects(0);
    expect((await tablesIn(database)).get('files')).toContain(files[1]!.id);
    await collects(1);
    expect((await tablesIn(database)).get('files')).not.toContain(files[1]!.id);
  });

  it('are removed even if that has failed for weeks', async () => {
    const { id } = await uploads(bob, room, 'Cannot be removed');
    await runAsOtherProgram(database, `update files set state = 'removed' where id = '${id}'`);
    const [blocked] = stored('Cannot be removed');
    rmSync(blocked!);
    mkdirSync(join(blocked!, 'in the way'), { recursive: true });
    const logged = jest.spyOn(Logger.prototype, 'error');
    for (let day = 1; day <= 30; day++) await collects(24 * day);
    const lines = logged.mock.calls.map(([, line]) => String(line));
    logged.mockRestore();
    expect(lines.filter((line) => line.includes('could not be removed'))).toHaveLength(30);
    rmSync(blocked!, { recursive: true });
    await collects(24 * 31);
    expect((await tablesIn(database)).get('files')).not.toContain(id);
  });

  it('are uploaded again after a crash, with the same id', async () => {
    const file = await uploads(bob, room, 'Second attempt');
    await runAsOtherProgram(database, `update files set state = 'storing' where id = '${file.id}'`);
    expect((await upload(bob, room, 'Second attempt', { id: file.id })).status).toBe(201);
    await collects(0);
    expect(await (await read(bob, file)).text()).toBe('Second attempt');
    expect(stored('Second attempt')).toHaveLength(1);
  });

  it('cannot be stored while the folder cannot be written, and nothing is left', async () => {
    const file = await uploads(bob, room, 'Another plan');
    await runAsOtherProgram(database, `update files set key = 'missing' where id = '${file.id}'`);
    expect(await refusal(await read(bob, file))).toEqual([404, 'not-found']);
    const incoming = join(folder, 'incoming');
    rmSync(incoming, { recursive: true });
    writeFileSync(incoming, 'not a folder');
    const response = await upload(bob, room, 'No room left');
    expect(response.headers.get('Retry-After')).toBe('5');
    expect(await refusal(response)).toEqual([503, 'unavailable']);
    rmSync(incoming);
    await uploads(bob, room, 'Room again');
  });

  it('are exported, and erased with the messages of their user', async () => {
    const flo = await Person.signUp(application.url, `flo${randomBytes(4).toString('hex')}`);
    await flo.joins(room);
    const posted = await uploads(flo, room, 'Florence posted this');
    const message = await postsFiles(flo, room, [posted]);
    const waiting = await uploads(flo, room, 'Florence did not post this');
    const { files } = await flo.gets<{ files: object[] }>('/api/me/export');
    expect(files).toHaveLength(2);
    expect(files).toContainEqual({
      ...posted,
      roomId: room.id,
      messageId: message.id,
      createdAt: expect.any(String) as string,
      url: filePath(room, posted.id),
    });
    await flo.does('DELETE', '/api/me', { password: PASSWORD, messages: 'delete' });
    await until(async () => (await unfinished(database)) === 0);
    await collects(0);
    expect(stored('Florence')).toEqual([]);
    const rows = (await tablesIn(database)).get('files')!;
    for (const { id } of [posted, waiting]) expect(rows).not.toContain(id);
  });

  /** An upload without a length. */
  const started = (who: Person) => {
    const path = `${filePath(room, randomUUID())}?name=slow.txt`;
    const { port } = application;
    const sending = request({ port, path, method: 'PUT', headers: { ...who.bearer } });
    return sending.on('error', () => undefined);
  };

  const status = (who: Person, send: (sending: ReturnType<typeof started>) => unknown) =>
    new Promise<number>((resolve) => {
      const sending = started(who);
      sending.on('response', (response) => resolve(response.statusCode!));
      void send(sending);
    });
});

it('renders the previews of users in turn', async () => {
  const folder = temporaryFolder();
  const previews = new Previews();
  const image = join(folder, 'image');
  writeFileSync(image, await photo(400, 300));
  const order: string[] = [];
  const render = async (userId: string, n: number) => {
    await previews.write(userId, image, join(folder, `${userId}-${n}`));
    order.push(userId);
  };
  await Promise.all([...Array.from({ length: 9 }, (_, n) => render('ada', n)), render('bob', 0)]);
  expect(order.indexOf('bob')).toBeLessThan(7);
  rmSync(folder, { recursive: true });
});

it.each(['ftp://example.com/files', 's3://s3.example.com/bucket', 's3://k:secret@s3.example.com'])(
  'are not stored at %s, and the error hides the secret',
  async (FILES_URL) => {
    const line = await refusedStart({ FILES_URL });
    expect(line).toMatch(/^FILES_URL is "/);
    expect(line).not.toContain('secret');
  },
);

it('are stored in an S3-compatible store, with the same results', async () => {
  const [folder, port] = [temporaryFolder(), await freePort()];
  const store = new S3rver({
    port,
    address: '127.0.0.1',
    silent: true,
    directory: folder,
    configureBuckets: [{ name: 'carillon' }],
  });
  await store.run();
  const application = await startApplication({
    FILES_URL: `s3+http://S3RVER:S3RVER@127.0.0.1:${port}/carillon/files`,
  });
  const ada = await Person.signUp(application.url, 'ada');
  const room = await ada.makes('Analysis');
  const image = await uploads(ada, room, await photo(), { name: 'bridge.jpg' });
  const note = await uploads(ada, room, '0123456789');
  const message = await postsFiles(ada, room, [image, note]);
  const part = await ada.send('GET', filePath(room, note.id), undefined, { Range: 'bytes=2-4' });
  expect([part.status, await part.text()]).toEqual([206, '234']);
  const preview = await ada.send('GET', `${filePath(room, image.id)}/preview`);
  expect(await sharp(await preview.arrayBuffer()).metadata()).toMatchObject({ width: 48 });
  expect(filesWith(folder, '0123456789')).toHaveLength(1);
  await ada.does('DELETE', `/api/rooms/${room.id}/messages/${message.id}`);
  await until(() => filesWith(folder, '0123456789').length === 0);

  await store.close();
  expect(await refusal(await upload(ada, room, 'The store is off'))).toEqual([503, 'unavailable']);
  await application.stop();
  rmSync(folder, { recursive: true });
});
