import { type Transaction } from '@carillon/nestjs';
import { Features } from '@carillon/nestjs/internal';
import { Injectable, type Type } from '@nestjs/common';
import { Quota } from '../http/quota.js';

/** Exports per user and hour. Each reads all data of the user. */
export const EXPORTS_PER_HOUR = 10;

/** A user who is being erased. */
export interface Erasure {
  readonly userId: string;
  /** The previous username; `null` if the user had none. */
  readonly username: string | null;
  /** Whether the user's messages are kept or deleted. */
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

/** The personal data of one feature: how to erase and export it. */
export interface PersonalDataOfFeature {
  /** Erases what must be gone before the response. It must be fast. */
  eraseAtOnce?(tx: Transaction, userId: string): Promise<void>;
  /** Erases the rest, step by step, in this order. The names of the steps are stored. */
  readonly steps?: Readonly<Record<string, ErasureStep>>;
  /** The sections of the export, by name: pages of rows. */
  readonly sections?: Readonly<
    Record<string, (userId: string) => AsyncIterable<readonly object[]>>
  >;
}

declare module '@carillon/nestjs' {
  interface Feature {
    /** A provider of the feature's module. A feature that stores something about users needs one. */
    readonly personalData?: Type<PersonalDataOfFeature>;
  }
}

/** The personal data of all features. */
@Injectable()
export class PersonalData {
  readonly #exports = new Quota('exports', EXPORTS_PER_HOUR, 'hour', 'download your data');

  constructor(private readonly declared: Features) {}

  get #features(): readonly PersonalDataOfFeature[] {
    return this.declared.providers(({ personalData }) => personalData);
  }

  async eraseAtOnce(tx: Transaction, userId: string): Promise<void> {
    for (const feature of this.#features) await feature.eraseAtOnce?.(tx, userId);
  }

  get steps(): ReadonlyMap<string, ErasureStep> {
    const steps = this.#features.flatMap(({ steps = {} }) => Object.entries(steps));
    return withoutDoubles(steps);
  }

  /**
   * One JSON document in parts, with a list for each section. It is read page by page, as the client takes it.
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

/** @throws Error two features use the same name: one of their steps would never run. */
function withoutDoubles<T>(entries: readonly (readonly [string, T])[]): Map<string, T> {
  const map = new Map(entries);
  if (map.size === entries.length) return map;
  const names = entries.map(([name]) => name);
  const double = names.find((name, index) => names.indexOf(name) !== index)!;
  throw new Error(`Two features have an erasure step named ${double}. Rename one of them.`);
}
