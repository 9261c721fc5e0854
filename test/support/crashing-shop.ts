import { randomUUID } from 'node:crypto';
import type { Person } from './people.js';
import type { CarillonProcess } from './process.js';
import { Publisher } from './publisher.js';
import { type ShippingProgram, shippingProgram } from './shipping-program.js';
import { until } from './wait.js';

const PUBLISHERS = 6;
const PROGRAMS = 2;
/** Events of each program in one run. */
const EVENTS = 12;
/** Each publisher posts these in turn. */
const POSTS = [
  { topic: 'orders/1' },
  { topic: 'secrets/1' },
  { topic: 'orders/1', private: false },
  { topic: ['secrets/1', 'orders/1'] },
];

/** An event of the log. */
export interface Logged {
  /** As subscribers receive it. */
  readonly id: string;
  readonly cursor: string;
  readonly name: string;
  readonly type: string;
  readonly topics: readonly string[];
  readonly isPrivate: boolean;
}

/** The types of the events that the programs of a shop cause. */
export const SHOP_TYPES = ['order.shipped', 'user.created', 'notification.created'];

/** Each event has another name. */
export const nameIn = (data: unknown): string => {
  const { name, title, firstname } = data as Record<string, string>;
  return (name ?? title ?? firstname)!;
};

/** Programs that publish events, record them in their own transactions, create users and send notifications. */
export class CrashingShop {
  /** The names of the events that were acknowledged, with their cursors where the response had them. */
  readonly acknowledged = new Map<string, string | undefined>();
  /** The names of the events of which the COMMIT got no response. */
  readonly unanswered: string[] = [];
  readonly #programs: readonly ShippingProgram[];
  readonly #stop = new AbortController();

  constructor(
    private readonly nodes: readonly CarillonProcess[],
    private readonly key: Readonly<Record<string, string>>,
    database: string,
  ) {
    this.#programs = Array.from({ length: PROGRAMS }, () =>
      shippingProgram(database, this.#stop.signal),
    );
  }

  createTable(): Promise<void> {
    return this.#programs[0]!.createTable();
  }

  /** Starts all programs. Each causes some events, one after the other, whatever is killed meanwhile. */
  run(round: number, user: Person): Promise<unknown> {
    const each = async (program: string, work: (name: string, n: number) => Promise<void>) => {
      for (let n = 0; n < EVENTS; n++) await work(`${round} ${program} ${n}`, n);
    };
    const running = Promise.all([
      ...Array.from({ length: PUBLISHERS }, (_, index) => {
        const publisher = this.#publisher();
        return each(`publisher ${index}`, (name, n) =>
          this.publish(name, POSTS[n % POSTS.length]!, publisher, n % 3 === 0),
        );
      }),
      ...this.#programs.map((program, index) =>
        each(`program ${index}`, (name, n) =>
          this.#ship(program, n % 3 ? 'orders/1' : 'secrets/1', name),
        ),
      ),
      each('notifier', (name, n) => this.notify(name, n % 2 ? { userId: user.id } : undefined)),
      each('registrar', (name) => this.#createUser(name)),
    ]);
    // A test that has failed does not wait for it.
    running.catch(() => undefined);
    return running;
  }

  async publish(
    name: string,
    event: object,
    publisher = this.#publisher(),
    hasOwnId = false,
  ): Promise<void> {
    const id = hasOwnId ? { id: `urn:uuid:${randomUUID()}` } : {};
    const body = { type: 'order.shipped', data: { name }, ...event, ...id };
    const published = await publisher.post<{ id: string }>('/api/events', body);
    this.acknowledged.set(name, published.id);
  }

  async notify(title: string, to: object = { everyone: true }): Promise<void> {
    await this.#publisher().post('/api/notifications', { to, kind: 'test', title });
    this.acknowledged.set(title, undefined);
  }

  async #createUser(firstname: string): Promise<void> {
    await new Publisher(this.nodes, {}, this.#stop.signal).post('/api/users', {
      firstname,
      lastname: 'DOE',
    });
    this.acknowledged.set(firstname, undefined);
  }

  async #ship(program: ShippingProgram, topic: string, name: string): Promise<void> {
    if (await program.ship(topic, name)) this.acknowledged.set(name, undefined);
    else this.unanswered.push(name);
  }

  /** The rows that the programs have committed, whose transactions had an event each. */
  async shipments(): Promise<string[]> {
    const rows = await this.#query<{ name: string }>('select name from shop_shipments');
    return rows.map(({ name }) => name);
  }

  /** Resolves when all events that the programs have committed are in the log. */
  moved(): Promise<void> {
    return until(async () => (await this.#query('select id from carillon_inbox')).length === 0);
  }

  /** The events of the programs, in the order of the log, whose positions have no gap. */
  async log(): Promise<Logged[]> {
    const rows = await this.#query<Row>(
      'select events.*, epoch, head from events cross join event_log order by position',
    );
    const positions = rows.map(({ position }) => Number(position));
    expect(positions).toEqual(Array.from({ length: Number(rows[0]!.head) }, (_, n) => n + 1));
    return rows.filter(({ type }) => SHOP_TYPES.includes(type)).map(loggedOf);
  }

  #query<T extends object>(text: string): Promise<T[]> {
    return this.#programs[0]!.query(text);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#programs.map((program) => program.close()));
  }

  #publisher(): Publisher {
    return new Publisher(this.nodes, this.key, this.#stop.signal);
  }
}

/** PostgreSQL returns the numbers as text. */
interface Row {
  readonly epoch: string;
  readonly head: number | string;
  readonly position: number | string;
  readonly public_id: string | null;
  readonly type: string;
  readonly topic: string;
  readonly topics: string | null;
  readonly private: number | string;
  readonly data: string;
}

function loggedOf({ epoch, position, type, topic, ...row }: Row): Logged {
  const cursor = `${epoch}-${position}`;
  return {
    id: row.public_id ?? cursor,
    cursor,
    name: nameIn(JSON.parse(row.data)),
    type,
    topics: row.topics === null ? [topic] : (JSON.parse(row.topics) as string[]),
    isPrivate: Number(row.private) === 1,
  };
}
