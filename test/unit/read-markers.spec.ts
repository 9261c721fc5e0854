import { Backoff } from '@carillon/client/backoff';
import { ReadMarkers } from '../../client/src/features/conversation/read-markers.js';
import { ProblemError } from '../../client/src/http/problem.js';
import { NoResponseError } from '../../client/src/http/request.js';
import { until } from '../support/wait.js';

describe('the read markers', () => {
  const sent: string[] = [];
  let failures: Error[];
  let answer: Promise<void> | undefined;
  const send = async (line: string): Promise<void> => {
    sent.push(line);
    const failure = failures.shift();
    if (failure) throw failure;
    await answer;
  };
  const markers = new ReadMarkers(
    {
      markRead: (roomId, { seq, from }) => send(`${roomId} ${from}-${seq}`),
      markUnread: (roomId, seq = 0) => send(`${roomId} unread ${seq}`),
    },
    () => new Backoff({ base: 1, cap: 2 }),
  );
  let stop = (): void => undefined;
  beforeEach(() => {
    sent.length = 0;
    failures = [];
    answer = undefined;
    stop = markers.start();
  });
  afterEach(() => stop());

  it('are sent again after a failure that passes, at their latest place', async () => {
    failures = [new NoResponseError(), new ProblemError(503, {}, null)];
    markers.mark('a', { seq: 1, from: 0 });
    markers.mark('a', { seq: 2, from: 0 });
    await until(() => sent.length === 3);
    expect(sent).toEqual(['a 0-1', 'a 0-2', 'a 0-2']);
  });

  it('are not sent again after a refusal, or once the user has signed out', async () => {
    failures = [new ProblemError(404, {}, null), new NoResponseError()];
    markers.mark('a', { seq: 1, from: 0 });
    await until(() => sent.length === 1);
    markers.mark('b', { seq: 1, from: 0 });
    await until(() => sent.length === 2);
    stop();
    stop = markers.start();
    markers.mark('c', { seq: 1, from: 0 });
    await until(() => sent.includes('c 0-1'));
    expect(sent).toEqual(['a 0-1', 'b 0-1', 'c 0-1']);
  });

  it('move back only once no request to move them forward is on its way', async () => {
    let respond = (): void => undefined;
    answer = new Promise((resolve) => (respond = resolve));
    markers.mark('a', { seq: 5, from: 2 });
    const unread = markers.unread('a', 4);
    await until(() => sent.length === 1);
    respond();
    await unread;
    expect(sent).toEqual(['a 2-5', 'a unread 4']);
  });

  it('do not move for messages in sight once some were marked as unread, until all are read', async () => {
    await markers.unread('a');
    markers.saw('a', { seq: 5, from: 2 });
    markers.saw('b', { seq: 1, from: 0 });
    await until(() => sent.includes('b 0-1'));
    markers.mark('a', { seq: 5, from: 2 });
    markers.saw('a', { seq: 6, from: 5 });
    await until(() => sent.includes('a 5-6'));
    expect(sent).toEqual(['a unread 0', 'b 0-1', 'a 2-5', 'a 5-6']);
  });
});
