import type { Schema, UnitOfWork } from '@carillon/nestjs';
import type { Kysely } from 'kysely';

/** What `count` finds before `action` and in each transaction that it runs, at its end. */
export async function countsOfEach(
  work: UnitOfWork,
  count: (db: Kysely<Schema>) => Promise<number>,
  action: () => Promise<unknown>,
): Promise<number[]> {
  const run = work.run.bind(work);
  const counts = [await run(({ db }) => count(db))];
  work.run = (command) =>
    run(async (tx) => {
      const result = await command(tx);
      counts.push(await count(tx.db));
      return result;
    });
  try {
    await action();
  } finally {
    work.run = run;
  }
  return counts;
}

/** The greatest difference between one and the next. */
export const greatestStep = (counts: readonly number[]): number =>
  Math.max(...counts.slice(1).map((count, index) => Math.abs(count - counts[index]!)));
