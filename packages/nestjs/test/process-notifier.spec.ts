import cluster from 'node:cluster';
import { ProcessNotifier } from '../src/engine/process-notifier.js';

describe('ProcessNotifier, in a process of a cluster', () => {
  let notifier: ProcessNotifier;
  let received: string[];
  /** Those of jest, whose messages are others. */
  const listeners = process.listeners('message');
  const emit = (message: object | string | number | null) => {
    for (const listener of process.listeners('message'))
      if (!listeners.includes(listener)) listener(message, undefined);
  };

  beforeEach(() => {
    Object.assign(cluster, { isWorker: true });
    notifier = new ProcessNotifier();
    received = [];
    notifier.commits.subscribe(() => received.push('commit'));
    notifier.messages.subscribe((message) => received.push(message));
  });
  afterEach(() => {
    notifier.close();
    Object.assign(cluster, { isWorker: false });
  });

  it('receives commits and messages of the other processes', () => {
    emit({ carillon: 'committed' });
    emit({ carillon: { messages: '["one","two"]' } });
    expect(received).toEqual(['commit', 'one', 'two']);
  });

  it('ignores messages of the application and of its process manager', () => {
    for (const message of ['shutdown', 'committed', null, 7, { type: 'process:msg' }, {}])
      emit(message);
    expect(received).toEqual([]);
  });

  it('receives nothing after close', () => {
    notifier.close();
    emit({ carillon: 'committed' });
    expect(received).toEqual([]);
  });
});
