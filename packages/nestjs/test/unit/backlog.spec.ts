import { Chunk } from '../../src/stream/chunk.js';
import { Backlog, type Waiting } from '../../src/stream/backlog.js';

describe('bytes that wait', () => {
  it('are bounded: who has waited longest is cut off, and no more than necessary', () => {
    const cut: string[] = [];
    const waiting = (name: string, pending: number): Waiting => ({
      pending,
      cut: (reason) => cut.push(`${name}: ${reason}`),
    });
    const backlog = new Backlog(100);
    const [a, b, c] = [waiting('a', 40), waiting('b', 40), waiting('c', 50)];
    const shared = Chunk.of(['x'.repeat(30)]);
    backlog.add(a, shared);
    backlog.add(b, shared);
    // 30 bytes with their framing, and what was written before them.
    expect(backlog.retained).toBe(36 + 2 * (40 - 36));
    expect(cut).toEqual([]);
    backlog.add(c, Chunk.of(['x'.repeat(30)]));
    expect(cut).toEqual(['a: backlog']);
    expect(backlog.bytes).toBe(90);
    backlog.remove(a);
    backlog.remove(b);
    backlog.remove(b);
    expect(backlog.bytes).toBe(50);
  });
});
