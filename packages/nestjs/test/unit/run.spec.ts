import { jest } from '@jest/globals';
import type { LoggedEvent } from '../../src/log/event-log.js';
import { EventEncoder } from '../../src/stream/event-encoder.js';
import { Run } from '../../src/stream/run.js';

const EPOCH = '00000001';
const event = (position: number) =>
  ({ position, type: 'posted', data: `{"n":${position}}`, public_id: null }) as LoggedEvent;
const [first, second] = [[event(1)], [event(2)]];

const encoder = (encode = jest.fn(({ type, data }: LoggedEvent) => ({ type, data }))) => ({
  encode,
  encoder: new EventEncoder('posts', encode),
});

describe('a run', () => {
  it('is shared by all channels that wait for the same events', () => {
    const empty = Run.empty(0);
    const one = empty.with(first).with('typing').with(second);
    const other = empty.with(first).with('typing').with(second);
    expect(other).toBe(one);
    const { encoder: posts, encode } = encoder();
    expect(other.encode(posts, EPOCH)).toBe(one.encode(posts, EPOCH));
    expect(encode).toHaveBeenCalledTimes(2);
  });

  it('is not shared by channels of which one waits for more', () => {
    const empty = Run.empty(0);
    const missed = empty.with(second);
    const both = empty.with(first).with(second);
    const { encoder: posts } = encoder();
    const text = (run: Run) => run.encode(posts, EPOCH).plain.toString();
    expect(text(missed)).toBe(`event: posted\ndata: {"n":2}\nid: ${EPOCH}-2\n\n`);
    expect(text(both)).toBe(`event: posted\ndata: {"n":1}\nid: ${EPOCH}-1\n\n${text(missed)}`);
  });

  it('is encoded for each kind of stream, in the order in which events arrived', () => {
    const run = Run.empty(0)
      .with('typing\n\n')
      .with([event(1), event(2)])
      .with('online\n\n');
    const short = encoder(jest.fn(({ data }: LoggedEvent) => ({ type: 'p', data })));
    const text = (of: EventEncoder) => run.encode(of, EPOCH).plain.toString();
    expect(text(encoder().encoder)).toMatch(
      /^typing\n\nevent: posted\n[^]*-1\n\nevent: posted\n[^]*-2\n\nonline\n\n$/,
    );
    expect(text(short.encoder)).toMatch(
      /^typing\n\nevent: p\n[^]*-1\n\nevent: p\n[^]*-2\n\nonline\n\n$/,
    );
  });

  it('starts before its first event and ends at its last, and has no position without one', () => {
    const transient = Run.empty(0).with('typing');
    expect(transient.positions).toBeUndefined();
    expect(
      transient
        .with(first)
        .with('typing')
        .with([event(2), event(3)]).positions,
    ).toEqual({
      first: 1,
      last: 3,
    });
  });
});
