import pg from 'pg';
import { startPostgres } from './engines.mjs';
import { against } from './measurements.mjs';

/** Connections of another program that writes its own table. */
const WRITERS = 16;

/**
 * The transactions of another program on its own table, without `watch` and with it, while Carillon moves the events. Both
 * take turns, so that what disturbs the machine disturbs both.
 *
 * @param {unknown} _
 * @param {import('./scenarios.mjs').Plan} plan
 * @returns {Promise<import('./scenarios.mjs').Figures>}
 */
export async function measureWatch(_, { pace }) {
  const postgres = await startPostgres();
  try {
    const url = await postgres.create('watch');
    return await against('carillon', { url, processes: 1 }, async () => {
      const pool = new pg.Pool({ connectionString: url, max: WRITERS });
      await pool.query(
        'create table public.orders (id bigserial primary key, customer text, status text, total int)',
      );
      const figures = { bare: 0, watched: 0 };
      for (let turn = 0; turn < 4; turn++) {
        await pool.query(`select carillon.unwatch('public.orders')`);
        figures.bare += (await transactionsPerSecond(pool, pace)) / 4;
        await pool.query(`select carillon.watch('public.orders', topic => 'orders/{customer}')`);
        figures.watched += (await transactionsPerSecond(pool, pace)) / 4;
      }
      await pool.end();
      return figures;
    });
  } finally {
    await postgres.stop();
  }
}

/**
 * @param {pg.Pool} pool
 * @param {number} seconds
 */
async function transactionsPerSecond(pool, seconds) {
  const end = performance.now() + seconds * 1000;
  let count = 0;
  const writer = async (/** @type {unknown} */ _, /** @type {number} */ index) => {
    const client = await pool.connect();
    for (; performance.now() < end; count++) {
      await client.query('begin');
      const { rows } = await client.query(
        `insert into public.orders (customer, status, total) values ($1, 'placed', 1) returning id`,
        [`customer-${index}`],
      );
      await client.query(`update public.orders set status = 'paid' where id = $1`, [rows[0].id]);
      await client.query('commit');
    }
    client.release();
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  return count / seconds;
}
