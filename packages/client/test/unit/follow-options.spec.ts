import { getEventListeners } from 'node:events';
import { follow, type FollowOptions } from '../../src/index.js';

describe('the options of follow', () => {
  const unanswered: typeof fetch = () => new Promise(() => {});
  const options: FollowOptions = {
    url: 'http://localhost/events',
    cursor: 'earliest',
    fetch: unanswered,
  };

  beforeAll(() => void Object.assign(globalThis, { EventSource: function () {} }));
  afterAll(() => Reflect.deleteProperty(globalThis, 'EventSource'));

  it.each([{ token: 'secret' }, { headers: { 'X-Tenant': 'one' } }])(
    'refuse %j for an EventSource, which sends no headers',
    (given) => {
      const contradiction = { ...options, ...given, transport: 'event-source' as const };
      expect(() => follow(contradiction)).toThrow(TypeError);
    },
  );

  it('refuse a handler for all types and a loop for an EventSource, which delivers only the types it names', () => {
    const transport = 'event-source';
    const ignore = (): void => {};
    const refused = new TypeError(
      'An EventSource delivers only types that `on` names: leave out transport, or replace `*` or the loop by handlers.',
    );
    expect(() => follow({ ...options, transport, on: { '*': ignore } })).toThrow(refused);
    const signal = AbortSignal.abort();
    const following = follow({ ...options, transport, signal, on: { update: ignore } });
    expect(() => following[Symbol.asyncIterator]()).toThrow(refused);
  });

  it.each([
    ['url', '/x'],
    ['url', 'nope:'],
    ['url', undefined],
    ['headers', { 'X Key': 'one' }],
    ['token', 'one\ntwo'],
    ['token', ''],
    ['snapshot', 'e-1'],
    ['cursor', ''],
    ['cursor', 5],
    ['on', { update: 1 }],
    ['parse', {}],
    ['onStatus', 1],
    ['onError', 1],
    ['transport', 'ws'],
    ['buffer', 0],
    ['heartbeat', '15s'],
    ['silence', -1],
    ['hiddenFor', Number.NaN],
    ['retry', 0],
    ['retry', Number.NaN],
    ['fetch', 'fetch'],
  ])('refuse %s: %j, and say what is expected', (name, value) => {
    const expected = new RegExp(`^\`${name}\` has to be `);
    expect(() => follow({ ...options, [name]: value })).toThrow(
      expect.objectContaining({ name: 'TypeError', message: expect.stringMatching(expected) }),
    );
  });

  it('refuse an EventSource where there is none', () => {
    const { EventSource } = globalThis;
    Reflect.deleteProperty(globalThis, 'EventSource');
    expect(() => follow({ ...options, transport: 'event-source', on: {} })).toThrow(TypeError);
    Object.assign(globalThis, { EventSource });
  });

  it('may be undefined', () => {
    const names = ['topic', 'params', 'headers', 'token', 'credentials', 'snapshot', 'on', 'parse'];
    const more = [
      'onStatus',
      'onError',
      'shareTabs',
      'transport',
      'buffer',
      'heartbeat',
      'silence',
    ];
    const all = [...names, ...more, 'hiddenFor', 'retry', 'signal'];
    const given = Object.fromEntries(all.map((name) => [name, undefined]));
    follow({ ...options, ...given, on: { update: undefined } }).close();
  });

  it('a signal keeps nothing of a stream that was closed', () => {
    const { signal } = new AbortController();
    const following = follow({ ...options, signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    following.close();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('a signal closes the stream, before its start and later', () => {
    expect(follow({ ...options, signal: AbortSignal.abort() }).status.state).toBe('closed');
    const aborting = new AbortController();
    const following = follow({ ...options, signal: aborting.signal });
    expect(following.status.state).toBe('connecting');
    aborting.abort();
    expect(following.status.state).toBe('closed');
  });
});
