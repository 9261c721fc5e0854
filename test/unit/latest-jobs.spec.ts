import { LatestJobs } from '../../src/rooms/presence/latest-jobs.js';

describe('the latest jobs', () => {
  let done: string[];
  let jobs: LatestJobs;
  let first: PromiseWithResolvers<void>;

  beforeEach(() => {
    done = [];
    jobs = new LatestJobs(() => undefined);
    first = Promise.withResolvers();
    jobs.add('first', async () => {
      await first.promise;
      done.push('first');
    });
  });

  const add = (name: string, as = name): void =>
    jobs.add(name, () => Promise.resolve(void done.push(as)));

  it('run one after another, each once and in its later place', async () => {
    add('second');
    add('third');
    add('second', 'second again');
    first.resolve();
    await new Promise(setImmediate);
    expect(done).toEqual(['first', 'third', 'second again']);
  });

  it('stop when the running one has ended, and neither those that wait nor later ones run', async () => {
    add('second');
    let stopped = false;
    const stopping = jobs.stop().then(() => (stopped = true));
    await new Promise(setImmediate);
    expect(stopped).toBe(false);
    first.resolve();
    await stopping;
    add('third');
    await new Promise(setImmediate);
    expect(done).toEqual(['first']);
  });
});
