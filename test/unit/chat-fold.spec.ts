import { Backoff } from '@carillon/client/backoff';
import fc from 'fast-check';
import { setImmediate as immediate } from 'node:timers/promises';
import {
  foldHistory,
  foldPage,
  keptAround,
  messageAt,
  missingPages,
  noHistory,
  withDoubts,
} from '../../client/src/features/conversation/history-fold.js';
import { OutboxEntries } from '../../client/src/features/conversation/outbox-entries.js';
import { Outbox } from '../../client/src/features/conversation/outbox.js';
import { myInvitations } from '../../client/src/features/rooms/invitations.js';
import { memberships, removals } from '../../client/src/features/rooms/memberships.js';
import type { Message } from '../../client/src/features/rooms/message.js';
import type { Invitation, Membership, Room } from '../../client/src/features/rooms/room.js';
import { ProblemError } from '../../client/src/http/problem.js';
import type { Read } from '../../client/src/http/read.js';
import { NoResponseError } from '../../client/src/http/request.js';
import { withLock as inLock } from '../../client/src/state/with-lock.js';
import type { StreamEvent } from '../../client/src/store/events.js';
import {
  type AnySlice,
  emptyState,
  foldEvent,
  partOf,
  withSnapshot,
} from '../../client/src/store/state.js';
import { until } from '../support/wait.js';

const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 2 ** 31);
beforeAll(() => console.info(`TEST_SEED=${seed}`));

const ME = 'me';
const message = (seq: number, also: Partial<Message> = {}): Message => ({
  id: `m${seq}`,
  roomId: 'r',
  seq,
  authorId: 'other',
  clientId: `c${seq}`,
  text: `Text ${seq}`,
  mentions: [],
  mentionsAll: false,
  replyTo: null,
  threadOf: null,
  thread: null,
  reactions: [],
  files: [],
  createdAt: new Date(seq * 1_000).toISOString(),
  editedAt: null,
  deletedAt: null,
  ...also,
});

describe('the state of a user', () => {
  it('skips events that the snapshot of a slice already has', () => {
    const read = (position: number): Read<Invitation[]> => ({
      body: [],
      cursor: `0a1b2c3d-${position}`,
    });
    const state = withSnapshot(
      emptyState(ME, [memberships, myInvitations]),
      new Map<AnySlice, Read<unknown>>([
        [memberships, read(7)],
        [myInvitations, read(5)],
      ]),
    );
    const invited = (position: number): StreamEvent => ({
      name: 'member.invited',
      data: { room: { id: `r${position}` } as Room, userId: ME, invitedBy: 'x', createdAt: '' },
      position,
    });
    const folded = [invited(5), invited(6)].reduce(foldEvent, state);
    expect(partOf(folded, myInvitations).map(({ room }) => room.id)).toEqual(['r6']);
  });
});

describe('the rooms from which a user was removed', () => {
  const room = { id: 'r', name: 'Garden' } as Room;
  const membership = { room, joinedAt: '' } as Membership;
  const joined = { name: 'room.joined', data: membership, position: 1 } as const;
  const left = (by: string): StreamEvent => ({
    name: 'room.left',
    data: { roomId: room.id, by },
    position: 2,
  });
  const after = (...events: StreamEvent[]) =>
    partOf(events.reduce(foldEvent, emptyState(ME, [memberships, removals])), removals);

  it('are those that another user made them leave', () => {
    expect([...after(joined, left('an owner')).values()]).toEqual([room]);
    expect([...after(joined, left(ME)).values()]).toEqual([]);
  });

  it('no longer include a room that they have joined again', () => {
    expect(after(joined, left('an owner'), { ...joined, position: 3 }).size).toBe(0);
  });
});

describe('the history of a room', () => {
  const posted = (data: Message, position: number): StreamEvent => ({
    name: 'message.posted',
    data,
    position,
  });
  const edited = (data: Message, position: number): StreamEvent => ({
    name: 'message.edited',
    data: { ...data, previousMentions: [], previousMentionsAll: false },
    position,
  });

  it('is the same whether a page comes before the events since then, after them, or between', () => {
    // The server's: what each message was at each position.
    const events: StreamEvent[] = [
      posted(message(1), 1),
      posted(message(2), 2),
      edited(message(1, { text: 'Edited' }), 3),
      posted(message(3), 4),
      { name: 'message.deleted', data: message(2, { text: null, mentions: ['me'] }), position: 5 },
      edited(message(1, { text: 'Again' }), 6),
    ];
    const whole = events.reduce(foldHistory, noHistory);
    fc.assert(
      fc.property(fc.nat({ max: 6 }), fc.nat({ max: 6 }), (read, arrives) => {
        const atRead = events.slice(0, read).reduce(foldHistory, noHistory);
        const page = Array.from(atRead.values(), (held) => held.message);
        const before = events.slice(0, Math.max(read, arrives)).reduce(foldHistory, noHistory);
        const early = foldPage(noHistory, page, read);
        const late = foldPage(before, page, read);
        for (const history of [events.reduce(foldHistory, early), events.reduce(foldHistory, late)])
          expect([...history.values()].map((held) => held.message)).toEqual(
            [...whole.values()].map((held) => held.message),
          );
      }),
      { seed },
    );
  });

  it('asks for the pages that it needs, each once, and again when it may have missed something', () => {
    const page = Array.from({ length: 10 }, (_, index) => message(index + 1));
    const history = foldPage(noHistory, page, 9);
    const wanted = { from: 5, to: 25, size: 10 };
    expect(missingPages(history, wanted)).toEqual([11, 21]);
    expect(missingPages(withDoubts(history), wanted)).toEqual([1, 11, 21]);
    expect(messageAt(withDoubts(history), 5)).toEqual(message(5));
  });

  it('is bounded: of much, what is far from where one reads and from the newest is forgotten', () => {
    const many = Array.from({ length: 2000 }, (_, index) => message(index + 1));
    const history = foldPage(noHistory, many, 1);
    const inSight = { from: 11, to: 50 };
    expect(keptAround(history, 2000, inSight)).toBe(history);
    const one = foldHistory(history, posted(message(2001), 2));
    const kept = [...keptAround(one, 2001, inSight).keys()].toSorted((a, b) => a - b);
    expect(kept).toHaveLength(40 + 1000);
    expect([kept[0], kept[39], kept[40], kept.at(-1)]).toEqual([11, 50, 1002, 2001]);
  });

  it('leaves what it was given as it was', () => {
    const history = foldPage(noHistory, [message(1)], 1);
    foldPage(history, [message(2)], 2);
    foldHistory(history, posted(message(3), 3));
    expect([...history.keys()]).toEqual([1]);
    expect(noHistory.size).toBe(0);
  });
});

describe('the outbox', () => {
  let stored: Map<string, string>;
  let locked: Promise<void>;
  let isReadOnly: boolean;
  const writable = (): Map<string, string> => {
    if (isReadOnly) throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
    return stored;
  };

  beforeEach(() => {
    stored = new Map();
    locked = Promise.resolve();
    isReadOnly = false;
    const storage = new Proxy(
      {},
      {
        ownKeys: () => [...stored.keys()],
        getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
        get: (_, name) =>
          ({
            getItem: (key: string) => stored.get(key) ?? null,
            setItem: (key: string, value: string) => writable().set(key, value),
            removeItem: (key: string) => writable().delete(key),
          })[name as string],
      },
    );
    Object.defineProperty(globalThis, 'localStorage', { value: storage, configurable: true });
  });
  afterEach(() => {
    Reflect.deleteProperty(globalThis, 'localStorage');
  });

  /** One tab at a time, in the order in which they ask. */
  const withLock = (work: () => Promise<void>): Promise<void> => (locked = locked.then(work));

  let left: string[];
  beforeEach(() => (left = []));

  type Sent = { readonly clientId: string; readonly text: string };
  const tab = (
    post: (sent: Sent) => Promise<Message>,
    backoff = new Backoff({ base: 1, cap: 2 }),
  ): Outbox =>
    new Outbox({
      entries: new OutboxEntries(ME),
      post: (_, sent) => post(sent),
      withLock,
      isMember: (roomId) => !left.includes(roomId),
      onChange: () => undefined,
      backoff,
    });
  const entries = () => new OutboxEntries(ME).all();

  it('sends in order, once, whichever tab does, and keeps each message until it is delivered', async () => {
    const sent: string[] = [];
    const post = ({ text }: Sent): Promise<Message> => {
      sent.push(text);
      return Promise.resolve(message(sent.length));
    };
    const [one, other] = [tab(post), tab(post)];
    for (const text of ['a', 'b', 'c']) {
      one.add('r', text);
      other.flush();
    }
    await until(() => sent.length === 3);
    await locked;
    expect(sent).toEqual(['a', 'b', 'c']);
    expect(entries().map(({ state, seq }) => [state, seq])).toEqual([
      ['sent', 1],
      ['sent', 2],
      ['sent', 3],
    ]);
    one.confirm(entries()[0]!.clientId);
    one.confirmUpTo(() => 2);
    expect(entries().map(({ text }) => text)).toEqual(['c']);
  });

  it('sends again with the same client id what got no answer, and holds up the later ones', async () => {
    const tried: string[] = [];
    const outbox = tab(({ clientId, text }) => {
      tried.push(`${text} ${clientId}`);
      return tried.length < 4 ? Promise.reject(new NoResponseError()) : Promise.resolve(message(1));
    });
    const first = outbox.add('r', 'a');
    const second = outbox.add('r', 'b');
    await until(() => tried.length === 5);
    expect(tried).toEqual([...Array.from({ length: 4 }, () => `a ${first}`), `b ${second}`]);
  });

  it('goes on behind what is refused, and offers that again', async () => {
    let refuse = true;
    const sent: string[] = [];
    const outbox = tab(({ text }) => {
      if (text === 'a' && refuse)
        return Promise.reject(new ProblemError(409, { detail: 'Not now.' }, null));
      sent.push(text);
      return Promise.resolve(message(sent.length));
    });
    const refused = outbox.add('r', 'a');
    outbox.add('r', 'b');
    await until(() => sent.length === 1);
    expect(sent).toEqual(['b']);
    await locked;
    expect(entries()[0]).toMatchObject({ state: 'refused', failure: 'Not now.' });
    refuse = false;
    outbox.resend(refused);
    await until(() => sent.length === 2);
    expect(sent).toEqual(['b', 'a']);
  });

  it('sends a refused message once where the storage takes no changes, and can discard it', async () => {
    let tried = 0;
    const outbox = tab(async () => {
      tried += 1;
      await immediate();
      throw new ProblemError(409, { detail: 'Not now.' }, null);
    });
    const refused = outbox.add('r', 'a');
    isReadOnly = true;
    await until(() => entries()[0]?.state === 'refused');
    await locked;
    expect(tried).toBe(1);
    outbox.discard(refused);
    expect(entries()).toEqual([]);
  });

  it('waits before it retries, whatever is added meanwhile', async () => {
    const tried: string[] = [];
    const random = () => 1;
    const outbox = tab(
      ({ text }) => {
        tried.push(text);
        return Promise.reject(new NoResponseError());
      },
      new Backoff({ base: 60_000, cap: 60_000, random }),
    );
    outbox.add('r', 'a');
    await until(() => tried.length === 1);
    for (const text of ['b', 'c']) outbox.add('r', text);
    await immediate();
    expect(tried).toEqual(['a']);
    outbox.retryNow();
    await until(() => tried.length === 2);
    outbox.close();
  });

  it('keeps nothing of a room that the user has left', async () => {
    const sent: string[] = [];
    const outbox = tab(({ text }) => {
      sent.push(text);
      const isSent = text === 'sent';
      return isSent ? Promise.resolve(message(1)) : Promise.reject(new ProblemError(404, {}, null));
    });
    for (const text of ['refused', 'sent']) outbox.add('r', text);
    await until(() => entries().every(({ state }) => state !== 'waiting'));
    left = ['r'];
    outbox.add('r', 'late');
    outbox.add('other', 'elsewhere');
    await until(() => sent.length === 4);
    await locked;
    outbox.removeOthers();
    expect(entries().map(({ text, state }) => [text, state])).toEqual([['elsewhere', 'refused']]);
  });
});

describe('a lock of all tabs', () => {
  const locks = (request: unknown) =>
    Object.defineProperty(globalThis, 'navigator', {
      value: { locks: { request } },
      configurable: true,
    });
  const before = Object.getOwnPropertyDescriptor(globalThis, 'navigator')!;
  afterEach(() => Object.defineProperty(globalThis, 'navigator', before));

  it('does not keep the work from running if the browser refuses it', async () => {
    locks(() => Promise.reject(new DOMException('The document is not active.')));
    let runs = 0;
    await inLock('x')(async () => void (runs += 1));
    expect(runs).toBe(1);
  });

  it('runs work that fails only once', async () => {
    locks((_: string, run: () => Promise<void>) => run());
    let runs = 0;
    const failing = inLock('x')(() => {
      runs += 1;
      return Promise.reject(new Error('Failed'));
    });
    await expect(failing).rejects.toThrow('Failed');
    expect(runs).toBe(1);
  });
});
