import type { INestApplicationContext } from '@nestjs/common';
import { AssertionError } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import { Inbox } from '../inbox/inbox.js';
import { dataOf } from '../log/data-of.js';
import { EventLog } from '../log/event-log.js';

/** An event that was recorded. */
export interface RecordedTestEvent {
  readonly topic: string;
  readonly type: string;
  readonly data: unknown;
}

/** An event that a test expects. A member that is left out may have any value. */
export interface ExpectedEvent {
  readonly type: string;
  readonly topic?: string;
  /** Compared as JSON. It may contain asymmetric matchers, such as `expect.any(String)`. */
  readonly data?: unknown;
}

/** Events that are read from the log at a time. */
const PAGE = 1000;

/**
 * Runs `work`, such as a command, and returns the events that were recorded meanwhile, in the order of the log. Changes of
 * watched tables are among them.
 *
 * @param app the application or the testing module, after `init()`.
 * @throws what `work` throws.
 */
export async function recordedEvents(
  app: Pick<INestApplicationContext, 'get'>,
  work: () => unknown,
): Promise<RecordedTestEvent[]> {
  const log = app.get(EventLog, { strict: false });
  const inbox = app.get(Inbox, { strict: false });
  await inbox.moveNow();
  const before = (await log.state()).head;
  await work();
  await inbox.moveNow();
  const { head } = await log.state();
  const events: RecordedTestEvent[] = [];
  for (let position = before; position < head; position += PAGE)
    for (const event of await log.read(position, head, PAGE))
      events.push({ topic: event.topic, type: event.type, data: dataOf(event) });
  return events;
}

/**
 * Runs `work`, such as a command, and checks that it records these events, in this order, and no others.
 *
 * @param app the application or the testing module, after `init()`.
 * @param expected an empty list if nothing may be recorded.
 * @returns the events that were recorded.
 * @throws AssertionError the events differ: the message lists what was expected and what was recorded.
 *
 * @example
 * await expectEvents(app, () => orders.place('book'), [
 *   { type: 'order.placed', topic: 'orders', data: { id: expect.any(String), item: 'book' } },
 * ]);
 */
export async function expectEvents(
  app: Pick<INestApplicationContext, 'get'>,
  work: () => unknown,
  expected: readonly ExpectedEvent[],
): Promise<RecordedTestEvent[]> {
  const actual = await recordedEvents(app, work);
  const isEqual =
    actual.length === expected.length &&
    expected.every((event, index) => matches(event, actual[index]!));
  if (isEqual) return actual;
  throw new AssertionError({
    message: difference(expected, actual),
    expected,
    actual,
    operator: 'expectEvents',
    stackStartFn: expectEvents,
  });
}

const matches = (expected: ExpectedEvent, actual: RecordedTestEvent): boolean =>
  expected.type === actual.type &&
  (expected.topic === undefined || expected.topic === actual.topic) &&
  (expected.data === undefined || equals(expected.data, actual.data));

interface AsymmetricMatcher {
  asymmetricMatch(actual: unknown): boolean;
}

const isMatcher = (value: unknown): value is AsymmetricMatcher =>
  typeof (value as AsymmetricMatcher | null)?.asymmetricMatch === 'function';

function equals(expected: unknown, actual: unknown): boolean {
  if (isMatcher(expected)) return expected.asymmetricMatch(actual);
  if (!isContainer(expected) || !isContainer(actual)) return isDeepStrictEqual(expected, actual);
  if (Array.isArray(expected) !== Array.isArray(actual)) return false;
  const wanted = Object.entries(expected).filter(([, value]) => value !== undefined);
  return (
    wanted.length === Object.keys(actual).length &&
    wanted.every(([key, value]) => Object.hasOwn(actual, key) && equals(value, actual[key]))
  );
}

const isContainer = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !(value instanceof Date);

function difference(expected: readonly ExpectedEvent[], actual: readonly RecordedTestEvent[]) {
  const rows = Array.from({ length: Math.max(expected.length, actual.length) }, (_, index) =>
    row(index + 1, expected[index], actual[index]),
  );
  return [
    `Expected ${count(expected.length)}, and ${count(actual.length)} recorded:`,
    ...rows.flat(),
  ].join('\n');
}

function row(
  number: number,
  expected: ExpectedEvent | undefined,
  actual: RecordedTestEvent | undefined,
): string[] {
  if (expected && actual && matches(expected, actual)) return [`  ${number}. ${shown(actual)}`];
  return [
    `  ${number}. expected: ${expected ? shown(expected) : 'no event'}`,
    `     recorded: ${actual ? shown(actual) : 'no event'}`,
  ];
}

const count = (events: number): string => `${events} ${events === 1 ? 'event' : 'events'}`;

function shown({ type, topic, data }: ExpectedEvent): string {
  return `${type}${topic === undefined ? '' : ` on ${topic}`}${data === undefined ? '' : ` ${JSON.stringify(data)}`}`;
}
