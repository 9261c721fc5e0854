import { On, Subscription, type Transaction, UnitOfWork } from '@carillon/nestjs';
import cluster from 'node:cluster';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { openShop, OrderShipped } from './shop.js';

/** Handlers wait for this file at the order 13. */
const GATE = process.env['GATE'] ?? '';
const FAILURE_RATE = Number(process.env['FAILURE_RATE'] ?? 0);

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const insert = ({ db }: Transaction, subscription: string, { data }: OrderShipped) =>
  db.insertInto('effects').values({ subscription, order_id: data.order }).execute();

async function passGate(name: string, { data }: OrderShipped): Promise<void> {
  if (data.order !== 13 || !GATE) return;
  say(`${name} waits`);
  while (!existsSync(GATE)) await sleep(5);
}

/** Its effects are in the transaction of the cursor. */
@Subscription('writer', { attempts: 1000, delay: 1, maxDelay: 5 })
export class Writer {
  @On(OrderShipped)
  async handle(event: OrderShipped, tx: Transaction) {
    await insert(tx, 'writer', event);
    if (Math.random() < FAILURE_RATE) throw new Error('By chance.');
    await passGate('writer', event);
  }
}

/** Its effects are elsewhere: here in a transaction of their own. */
@Subscription('mailer')
export class Mailer {
  constructor(private readonly work: UnitOfWork) {}

  @On(OrderShipped)
  async handle(event: OrderShipped) {
    await passGate('mailer', event);
    await this.work.run((tx) => insert(tx, 'mailer', event));
    if (event.data.order === 13) say('mailer passed');
  }
}

const names = (process.env['SUBSCRIPTIONS'] ?? 'writer mailer').split(' ');
const all = { writer: Writer, mailer: Mailer };
const chosen = names.map((name) => all[name as keyof typeof all]);
const shop = await openShop(process.env['DATABASE_URL']!, chosen, { isLogging: true });
// The channel to the primary process would keep a worker alive.
process.once('SIGTERM', () => void shop.close().then(() => cluster.worker?.disconnect()));
say('ready');
if (cluster.isWorker) process.send!({ ready: true });
