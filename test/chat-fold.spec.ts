import fc from 'fast-check';
import { type ChatState, emptyChat, foldChat, withSnapshot } from '../client/src/chat/chat-fold.js';
import type { Fact } from '../client/src/chat/facts.js';
import {
  doubted,
  foldHistory,
  foldPage,
  keptAround,
  messageAt,
  missingPages,
  noHistory,
} from '../client/src/chat/history-fold.js';
import type { Message } from '../client/src/chat/message.js';
import { OutboxEntries } from '../client/src/chat/outbox-entries.js';
import { Outbox } from '../client/src/chat/outbox.js';
import type { Membership, Room } from '../client/src/chat/room.js';
import { ProblemError } from '../client/src/http/problem.js';
import { NoAnswerError } from '../client/src/http/request.js';
import { Backoff } from '../client/src/live/backoff.js';
import { placeOf, RecentlyTold, type Told } from '../client/src/live/told.js';
import { eventually } from './support/browser.js';

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
  createdAt: new Date(seq * 1_000).toISOString(),
  editedAt: null,
  deletedAt: null,
  ...also,
});

describe('what a person has of their rooms', () => {
  it('skips facts that its snapshot has already', () => {
    const snapshot = {
      memberships: { part: [], position: 7 },
      invitations: { part: [], position: 5 },
      blocks: { part: new Set<string>(), position: 5 },
    };
    const state = withSnapshot(emptyChat(ME), snapshot);
    const invited = (position: number): Fact => ({
      name: 'member.invited',
      data: { room: { id: `r${position}` } as Room, userId: ME, invitedBy: 'x', createdAt: '' },
      position,
    });
    const folded = [invited(5), invited(6)].reduce(foldChat, state);
    expect(folded.invitations.part.map(({ room }) => room.id)).toEqual(['r6']);
  });
});

describe('the rooms that someone was removed from', () => {
  const room = { id: 'r', name: 'Garden' } as Room;
  const membership = { room, joinedAt: '' } as Membership;
  const joined = { name: 'room.joined', data: membership, position: 1 } as const;
  const left = (by: string): Fact => ({
    name: 'room.left',
    data: { roomId: room.id, by },
    position: 2,
  });

  it('are those that somebody else has made them leave', () => {
    const after = (fact: Fact) => {
      const { removals } = [joined, fact].reduce<ChatState>(foldChat, emptyChat(ME));
      return [...removals.values()];
    };
    expect(after(left('an owner'))).toEqual([room]);
    expect(after(left(ME))).toEqual([]);
  });

  it('are no more when they come back', () => {
    const back = { ...joined, position: 3 };
    const { removals } = [joined, left('an owner'), back].reduce<ChatState>(
      foldChat,
      emptyChat(ME),
    );
    expect(removals.size).toBe(0);
  });
});

describe('the history of a room', () => {
  const posted = (data: Message, position: number): Fact => ({
    name: 'message.posted',
    data,
    position,
  });
  const edited = (data: Message, position: number): Fact => ({
    name: 'message.edited',
    data: { ...data, previousMentions: [] },
    position,
  });

  it('is the same whether a page comes before the facts since then, after them, or between', () => {
    // The server's: what each message was at each position.
    const facts: Fact[] = [
      posted(message(1), 1),
      posted(message(2), 2),
      edited(message(1, { text: 'Edited' }), 3),
      posted(message(3), 4),
      { name: 'message.deleted', data: message(2, { text: null, mentions: ['me'] }), position: 5 },
      edited(message(1, { text: 'Again' }), 6),
    ];
    const whole = facts.reduce(foldHistory, noHistory);
    fc.assert(
      fc.property(fc.nat({ max: 6 }), fc.nat({ max: 6 }), (read, arrives) => {
        const atRead = facts.slice(0, read).reduce(foldHistory, noHistory);
        const page = Array.from(atRead.values(), (held) => held.message);
        const before = facts.slice(0, Math.max(read, arrives)).reduce(foldHistory, noHistory);
        const early = foldPage(noHistory, page, read);
        const late = foldPage(before, page, read);
        for (const history of [facts.reduce(foldHistory, early), facts.reduce(foldHistory, late)])
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
    expect(missingPages(doubted(history), wanted)).toEqual([1, 11, 21]);
    expect(messageAt(doubted(history), 5)).toEqual(message(5));
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

describe('tabs that share a stream', () => {
  const at = (position: number): string => `abc-${position}`;
  const told = (since: number, id: number): Told => ({
    name: 'x',
    data: null,
    since: at(since),
    id: at(id),
  });

  it('know of each event whether they had it, it is next, or something is missing', () => {
    expect(placeOf(told(3, 5), at(5))).toBe('known');
    expect(placeOf(told(3, 5), at(4))).toBe('next');
    expect(placeOf(told(3, 5), at(3))).toBe('next');
    expect(placeOf(told(3, 5), at(2))).toBe('beyond a gap');
    expect(placeOf(told(3, 5), 'def-3')).toBe('another epoch');
  });

  it('are told what they ask for as long as it is an unbroken row', () => {
    const recent = new RecentlyTold(3);
    for (let position = 1; position <= 7; position++) recent.push(told(position - 1, position));
    expect(recent.after(at(5), at(7))).toEqual([told(5, 6), told(6, 7)]);
    expect(recent.after(at(7), at(7))).toEqual([]);
    expect(recent.after(at(9), at(7))).toEqual([]);
    expect(recent.after(at(0), at(7))).toBeNull();
    expect(recent.after('def-5', at(7))).toBeNull();
    // A snapshot was read at 12: what lies between was never told.
    expect(recent.after(at(5), at(12))).toBeNull();
    recent.push(told(12, 13));
    expect(recent.after(at(5), at(13))).toBeNull();
    expect(recent.after(at(12), at(13))).toEqual([told(12, 13)]);
  });
});

describe('the outbox', () => {
  let stored: Map<string, string>;
  let locked: Promise<void>;

  beforeEach(() => {
    stored = new Map();
    locked = Promise.resolve();
    const storage = new Proxy(
      {},
      {
        ownKeys: () => [...stored.keys()],
        getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
        get: (_, name) =>
          ({
            getItem: (key: string) => stored.get(key) ?? null,
            setItem: (key: string, value: string) => stored.set(key, value),
            removeItem: (key: string) => stored.delete(key),
          })[name as string],
      },
    );
    Object.defineProperty(globalThis, 'localStorage', { value: storage, configurable: true });
  });
  afterEach(() => {
    Reflect.deleteProperty(globalThis, 'localStorage');
  });

  /** One tab at a time, in the order in which they ask. */
  const exclusively = (work: () => Promise<void>): Promise<void> => (locked = locked.then(work));

  type Sent = { readonly clientId: string; readonly text: string };
  const tab = (post: (sent: Sent) => Promise<Message>): Outbox =>
    new Outbox({
      entries: new OutboxEntries(ME),
      post: (_, sent) => post(sent),
      exclusively,
      onChange: () => undefined,
      backoff: new Backoff({ base: 1, cap: 2 }),
    });
  const entries = () => new OutboxEntries(ME).all();

  it('sends in order, once, whichever tab does, and keeps each until it is told', async () => {
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
    await eventually(async () => expect(sent).toEqual(['a', 'b', 'c']));
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
      return tried.length < 4 ? Promise.reject(new NoAnswerError()) : Promise.resolve(message(1));
    });
    const first = outbox.add('r', 'a');
    const second = outbox.add('r', 'b');
    await eventually(async () => expect(tried).toHaveLength(5));
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
    await eventually(async () => expect(sent).toEqual(['b']));
    await locked;
    expect(entries()[0]).toMatchObject({ state: 'refused', failure: 'Not now.' });
    refuse = false;
    outbox.again(refused);
    await eventually(async () => expect(sent).toEqual(['b', 'a']));
  });
});
