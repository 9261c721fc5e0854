import { FairQueue } from '../../src/stream/fair-queue.js';

describe('a fair queue', () => {
  it('gives each owner their turn, however much others have put in', () => {
    const queue = new FairQueue<string>();
    for (const item of ['a1', 'a2', 'a3']) queue.add('a', item);
    queue.add('b', 'b1');
    expect([queue.next(), queue.next()]).toEqual(['a1', 'b1']);
    queue.add('b', 'b2');
    const rest = Array.from({ length: 4 }, () => queue.next());
    expect(rest).toEqual(['a2', 'b2', 'a3', undefined]);
  });
});
