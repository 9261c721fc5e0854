import { jest } from '@jest/globals';
import { GOES_ON, Scheduler } from '../../src/stream/scheduler.js';

describe('the scheduler', () => {
  let now = 0;

  beforeEach(() => void jest.spyOn(performance, 'now').mockImplementation(() => now));
  afterEach(() => jest.restoreAllMocks());

  it('does all work in the order of its lane, in slices, and the event loop turns in between', async () => {
    const scheduler = new Scheduler();
    const done: string[] = [];
    const oneMillisecond = (name: string) => () => {
      now++;
      done.push(name);
    };
    for (let n = 0; n < 40; n++) {
      scheduler.add('replay', oneMillisecond(`replay ${n}`));
      scheduler.add('opening', oneMillisecond(`opening ${n}`));
      scheduler.add('live', oneMillisecond(`live ${n}`));
    }
    const slices: string[][] = [];
    while (done.length < 120) {
      const before = done.length;
      await new Promise(setImmediate);
      slices.push(done.slice(before));
    }
    // A long queue of replays, or of streams to open, does not delay live events.
    expect(slices.slice(0, 2)).toEqual([
      ['live 0', 'live 1', 'opening 0', 'replay 0'],
      ['live 2', 'live 3', 'opening 1', 'replay 1'],
    ]);
    expect(slices).toHaveLength(40);
    for (const lane of ['live', 'opening', 'replay'])
      expect(done.filter((name) => name.startsWith(lane))).toEqual(
        Array.from({ length: 40 }, (_, n) => `${lane} ${n}`),
      );
  });

  it('does nothing more in a slice after work that goes on in microtasks', async () => {
    const scheduler = new Scheduler();
    const done: string[] = [];
    scheduler.add('opening', () => void done.push('first'));
    for (const name of ['second', 'third'])
      scheduler.add('opening', () => {
        done.push(name);
        return GOES_ON;
      });
    await new Promise(setImmediate);
    expect(done).toEqual(['first', 'second']);
    await new Promise(setImmediate);
    expect(done).toEqual(['first', 'second', 'third']);
  });
});
