import { headOf, RepeatedHeads } from '../../src/events/repeated-heads.js';

const request = (headers: Record<string, string> = {}, accept = 'text/event-stream') => ({
  method: 'GET',
  url: '/api/users/event',
  httpVersion: '1.1',
  headers: { accept },
  rawHeaders: ['Accept', accept, ...Object.entries(headers).flat()],
});

/** A memory of heads that have come twice. */
const memoryOf = (...heads: readonly string[]) => {
  const memory = new RepeatedHeads<string>();
  for (const head of [...heads, ...heads]) memory.add(head, `of ${head}`);
  return memory;
};

describe('the head of a request for a stream', () => {
  it('is the same if only headers differ that are read for each request, or never', () => {
    for (const name of ['Last-Event-ID', 'X-Forwarded-For', 'X-Real-IP', 'CF-Ray', 'traceparent'])
      expect(headOf(request({ [name]: 'one' }))).toBe(headOf(request({ [name]: 'other' })));
    expect(headOf(request({ Origin: 'one' }))).not.toBe(headOf(request({ Origin: 'other' })));
  });

  it('is none with credentials, and without a wish for a stream', () => {
    for (const name of ['Authorization', 'Cookie'])
      expect(headOf(request({ [name]: 'x' }))).toBeUndefined();
    expect(headOf(request({}, 'application/json'))).toBeUndefined();
  });
});

describe('the memory of repeated heads', () => {
  it('knows a head from the second time on', () => {
    const memory = new RepeatedHeads<string>();
    memory.add('head', 'first');
    expect(memory.get('head')).toBeUndefined();
    for (const decided of ['second', 'third', 'fourth']) memory.add('head', decided);
    expect(memory.get('head')).toBe('second');
  });

  it('keeps it although thousands come that never come again', () => {
    const memory = memoryOf('head');
    for (let n = 0; n < 5000; n++) memory.add(`once ${n}`, '');
    expect(memory.get('head')).toBe('of head');
  });

  it('forgets the oldest one when it is full', () => {
    const memory = memoryOf('oldest', 'second');
    for (let n = 0; n < 999; n++) for (let time = 0; time < 2; time++) memory.add(`${n}`, '');
    expect([memory.get('oldest'), memory.get('second')]).toEqual([undefined, 'of second']);
  });
});
