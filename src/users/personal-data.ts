import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/unit-of-work.js';
import { Quota } from '../http/quota.js';

/** Exports of one user in an hour: each reads all that there is of them. */
export const EXPORTS_PER_HOUR = 10;
const HOUR = 3600; // seconds

/** A user who is being erased. */
export interface Erasure {
  readonly userId: string;
  /** The username until then; `null` for a user who had none. */
  readonly username: string | null;
  /** What becomes of the messages that the user wrote. */
  readonly messages: 'keep' | 'delete';
}

/**
 * One small part of an erasure, in a transaction of its own, so that nobody waits for the erasure of a large account.
 *
 * @param after what the part before returned; empty for the first.
 * @returns where the next part continues; `undefined` when the step is done.
 */
export type ErasureStep = (
  tx: Transaction,
  erasure: Erasure,
  after: string,
) => Promise<string | undefined>;

/** What one feature keeps about users, and how it leaves. */
export interface PersonalDataOfFeature {
  /** Erases what must be gone when the request is answered. It has to be little. */
  eraseAtOnce?(tx: Transaction, userId: string): Promise<void>;
  /** Erases the rest, step by step, in this order; each under a name that stays. */
  readonly steps?: Readonly<Record<string, ErasureStep>>;
  /** What the export holds, under which name: pages of rows. */
  readonly sections?: Readonly<
    Record<string, (userId: string) => AsyncIterable<readonly object[]>>
  >;
}

/** What all features keep about a user. A feature that stores something about users registers it here. */
@Injectable()
export class PersonalData {
  readonly #features: PersonalDataOfFeature[] = [];
  readonly #exports = new Quota(
    EXPORTS_PER_HOUR,
    HOUR,
    `You may download your data ${EXPORTS_PER_HOUR} times an hour.`,
  );

  register(feature: PersonalDataOfFeature): void {
    this.#features.push(feature);
  }

  async eraseAtOnce(tx: Transaction, userId: string): Promise<void> {
    for (const feature of this.#features) await feature.eraseAtOnce?.(tx, userId);
  }

  get steps(): ReadonlyMap<string, ErasureStep> {
    return new Map(this.#features.flatMap(({ steps = {} }) => Object.entries(steps)));
  }

  /**
   * One JSON document, in parts: a list for each section. It is read page by page, as it is taken.
   *
   * @throws Problem `too-many-requests`
   */
  exported(userId: string): AsyncGenerator<string> {
    this.#exports.take(userId);
    return this.#parts(userId);
  }

  async *#parts(userId: string): AsyncGenerator<string> {
    yield `{"exportedAt":${JSON.stringify(new Date().toISOString())}`;
    for (const { sections = {} } of this.#features)
      for (const [name, pagesOf] of Object.entries(sections)) {
        yield `,\n${JSON.stringify(name)}:[`;
        let separator = '\n';
        for await (const page of pagesOf(userId)) {
          if (page.length === 0) continue;
          yield separator + page.map((row) => JSON.stringify(row)).join(',\n');
          separator = ',\n';
        }
        yield ']';
      }
    yield '}\n';
  }
}
