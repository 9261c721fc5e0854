import type { RecordedEvent } from '../engine/open-transaction.js';

/** The events come as one array per column, with these types. */
const COLUMNS = {
  topic: 'text',
  topics: 'text',
  type: 'text',
  data: 'text',
  format: 'text',
  actor: 'text',
  private: 'bigint',
  public_id: 'text',
  xid: 'bigint',
  retry: 'bigint',
  subject: 'text',
  redacts: 'text',
} as const satisfies Record<keyof RecordedEvent, string>;
const NAMES = Object.keys(COLUMNS) as (keyof RecordedEvent)[];

/** The row that APPEND returns. */
export interface AppendedRow {
  readonly head: number;
  readonly previousAt: string | null;
}

/** One statement, so that the row lock on `event_log` is held for the following COMMIT and nothing else. */
export const APPEND = `
  with log as (update event_log set head = head + $1::bigint returning head),
  appended as (
    insert into events (position, at, ${NAMES.join(', ')})
    select log.head - $1::bigint + event.n, $2, ${NAMES.map((name) => `event.${name}`).join(', ')}
    from log, unnest(${NAMES.map((name, n) => `$${n + 3}::${COLUMNS[name]}[]`).join(', ')})
      with ordinality as event (${NAMES.join(', ')}, n))
  select head, (select at from events where position = head - $1::bigint) as "previousAt" from log`;

/** The parameters of APPEND. */
export const appendParameters = (events: readonly RecordedEvent[], at: string): unknown[] => [
  events.length,
  at,
  ...NAMES.map((name) => events.map((event) => event[name])),
];
