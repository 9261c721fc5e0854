import type { Kysely } from 'kysely';
import type { DeadLettersTable, Schema } from '../engine/schema.js';
import type { UnitOfWork } from '../transaction/unit-of-work.js';

/** Dead letters that one transaction changes: other commands wait for it. */
export const LETTERS_AT_ONCE = 500;

/** Some dead letters of a subscription. */
export interface SelectedLetters {
  readonly subscription: string;
  readonly states: readonly DeadLettersTable['state'][];
  /** `undefined` for all. */
  readonly positions?: readonly number[] | undefined;
}

/** Changes the dead letters of a subscription at some positions. They are locked. */
export type LetterChange = (
  db: Kysely<Schema>,
  subscription: string,
  positions: readonly number[],
) => Promise<void>;

/**
 * Changes dead letters in the order of the log, in small transactions. Each is changed once, even if its owner gives it its
 * earlier state again in the meantime.
 *
 * @returns how many there were.
 */
export async function changeLetters(
  work: UnitOfWork,
  letters: SelectedLetters,
  change: LetterChange,
): Promise<number> {
  let count = 0;
  for (const positions of parts(letters.positions))
    count += await changePart(work, { ...letters, positions }, change);
  return count;
}

/** A statement has a limited number of parameters. */
function parts(positions: readonly number[] | undefined): (readonly number[] | undefined)[] {
  if (!positions) return [undefined];
  const all: (readonly number[])[] = [];
  for (let start = 0; start < positions.length; start += LETTERS_AT_ONCE)
    all.push(positions.slice(start, start + LETTERS_AT_ONCE));
  return all;
}

async function changePart(
  work: UnitOfWork,
  letters: SelectedLetters,
  change: LetterChange,
): Promise<number> {
  for (let count = 0, after = 0; ;) {
    const changed = await work.run(async ({ db }) => {
      const some = await lockNext(db, letters, after);
      if (some.length > 0) await change(db, letters.subscription, some);
      return some;
    });
    // Less than the limit does not mean the end: a lock can wait for a change after which a row is not selected any more.
    if (changed.length === 0) return count;
    count += changed.length;
    after = changed.at(-1)!;
  }
}

async function lockNext(
  db: Kysely<Schema>,
  { subscription, states, positions }: SelectedLetters,
  after: number,
): Promise<number[]> {
  const rows = await db
    .selectFrom('dead_letters')
    .select('position')
    .where('subscription', '=', subscription)
    .where('state', 'in', states)
    .$if(positions !== undefined, (query) => query.where('position', 'in', positions!))
    .where('position', '>', after)
    .orderBy('position')
    .limit(LETTERS_AT_ONCE)
    .forUpdate()
    .execute();
  return rows.map(({ position }) => position);
}

export const requestAttempt: LetterChange = async (db, subscription, positions) => {
  await db
    .updateTable('dead_letters')
    .set({ state: 'requested' })
    .where('subscription', '=', subscription)
    .where('position', 'in', positions)
    .execute();
};

export const discard: LetterChange = async (db, subscription, positions) => {
  await db
    .deleteFrom('dead_letters')
    .where('subscription', '=', subscription)
    .where('position', 'in', positions)
    .execute();
};
