import { On, Subscription } from '@carillon/nestjs';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  createShopDatabase,
  openShop,
  OrderShipped,
  type Shop,
} from '../packages/nestjs/test/support/shop.js';
import { type EngineUnderTest, ENGINES } from './support/engines.js';
import { temporaryFolder } from './support/files.js';
import { until } from './support/wait.js';

const DIST = join(import.meta.dirname, '..', 'dist');

const seen: number[] = [];
const failing = new Set<number>();

@Subscription('mailer', { attempts: 1 })
class Mailer {
  @On(OrderShipped)
  handle({ data }: OrderShipped) {
    seen.push(data.order);
    if (failing.has(data.order)) throw new Error('No.');
  }
}

describe.each(ENGINES)(
  'the commands for subscriptions on $name, while the application runs',
  ({ start }) => {
    const folder = temporaryFolder();
    let engine: EngineUnderTest;
    let url: string;
    let shop: Shop;

    beforeAll(async () => {
      engine = await start();
      url = await createShopDatabase(engine);
      shop = await openShop(url, [Mailer]);
      seen.length = 0;
      [2, 3].forEach((order) => failing.add(order));
      await shop.ship(1, 2, 3);
      await until(async () => (await status()).deadLetters === 2);
    });
    afterAll(async () => {
      await shop.close();
      await engine.stop();
    });

    const command = async (name: string, ...args: string[]) => {
      const { PATH, NODE_COMPILE_CACHE } = process.env;
      const options = { cwd: folder, env: { PATH, NODE_COMPILE_CACHE, DATABASE_URL: url } };
      try {
        return await promisify(execFile)(
          process.execPath,
          [join(DIST, `${name}.js`), ...args],
          options,
        );
      } catch (error) {
        return error as { code: number; stdout: string; stderr: string };
      }
    };
    const status = async () => (await shop.subscriptions.status())[0]!;
    const linesOf = ({ stdout }: { stdout: string }) =>
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);

    it('show how far each has got', async () => {
      expect(linesOf(await command('subscriptions'))).toMatchObject([
        { name: 'mailer', state: 'running', deadLetters: 2 },
      ]);
    });

    it('list, retry and discard dead letters', async () => {
      const listed = linesOf(await command('dead-letters', 'list', 'mailer'));
      expect(listed.map(({ position, error }) => [position, error])).toEqual([
        [2, 'Error: No.'],
        [3, 'Error: No.'],
      ]);
      failing.clear();
      const retried = await command('dead-letters', 'retry', 'mailer', '2');
      expect(retried.stdout).toBe('Dead letters to be retried: 1.\n');
      await until(async () => (await status()).deadLetters === 1);
      expect(seen).toEqual([1, 2, 3, 2]);
      const discarded = await command('dead-letters', 'discard', 'mailer', '--all');
      expect(discarded.stdout).toBe('Dead letters discarded: 1.\n');
      expect((await status()).deadLetters).toBe(0);
    });

    it('replay from a place in the log', async () => {
      seen.length = 0;
      const { stdout } = await command('replay', 'mailer', '--from', 'earliest');
      expect(stdout).toMatch(/^mailer continues after [\da-f]{8}-0, 3 events before the head/);
      await until(() => seen.length === 3);
      expect(seen).toEqual([1, 2, 3]);
    });

    it('say in one line what is wrong', async () => {
      const refusals = await Promise.all([
        command('replay', 'mailer'),
        command('replay', 'nobody', '--from', 'now'),
        command('dead-letters', 'discard', 'mailer'),
      ]);
      expect(refusals.map(({ stderr }) => stderr)).toEqual([
        'Usage: npm run replay -- SUBSCRIPTION --from earliest|now|CURSOR\n',
        'There is no subscription "nobody".\n',
        'Usage: npm run dead-letters -- list SUBSCRIPTION, or retry or discard SUBSCRIPTION --all|POSITION…\n',
      ]);
    });
  },
);
