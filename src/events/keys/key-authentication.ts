import { Database, type TopicSelector, TopicSelectors, UnitOfWork } from '@carillon/nestjs';
import { Injectable, Logger } from '@nestjs/common';
import type { Grants, KeyCaller } from '../../http/caller.js';
import { Problem } from '../../http/problems.js';
import { matcherOf } from '../grants/topic-patterns.js';
import { callerIdOf, digestOf, type Key } from './key.js';
import { KeysRepository } from './keys.repository.js';

/** Milliseconds after which the time of the last use is stored again. */
const TOUCHED_AGAIN = 60_000;
/** Keys of which the compiled grants are kept. They never change. */
const KEPT = 1000;

/** Identifies programs by their keys. */
@Injectable()
export class KeyAuthentication {
  readonly #logger = new Logger(KeyAuthentication.name);
  readonly #grants = new Map<string, Grants>();

  constructor(
    private readonly database: Database,
    private readonly work: UnitOfWork,
    private readonly keys: KeysRepository,
    private readonly selectors: TopicSelectors,
  ) {}

  /** @throws Problem `unauthenticated`: the key is unknown, expired or revoked. */
  async callerOf(secret: string): Promise<KeyCaller> {
    const key = await this.keys.findByDigest(this.database.read, digestOf(secret));
    const expiresAt = key?.expiresAt ? Date.parse(key.expiresAt) : Infinity;
    if (!key || expiresAt <= Date.now())
      throw new Problem('unauthenticated', 'The key is unknown, expired or revoked.');
    this.#touch(key);
    return {
      kind: 'key',
      id: callerIdOf(key.id),
      expiresAt,
      grants: this.#grantsOf(key),
      mayNotify: key.notify,
    };
  }

  #grantsOf({ id, publish, subscribe }: Key): Grants {
    const known = this.#grants.get(id);
    if (known) return known;
    const grants = { publish: this.#selector(publish), subscribe: this.#selector(subscribe) };
    this.#grants.set(id, grants);
    if (this.#grants.size > KEPT) this.#grants.delete(this.#grants.keys().next().value!);
    return grants;
  }

  #selector(patterns: readonly string[]): TopicSelector {
    return this.selectors.of(patterns.map(matcherOf));
  }

  /** In the background: the request neither waits for it nor fails with it. */
  #touch({ id, lastUsedAt }: Key): void {
    const now = Date.now();
    if (lastUsedAt !== null && now - Date.parse(lastUsedAt) < TOUCHED_AGAIN) return;
    this.work
      .run(({ db }) => this.keys.touch(db, id, new Date(now).toISOString()))
      .catch((error: unknown) =>
        this.#logger.warn({ err: error }, 'The last use of a key could not be stored.'),
      );
  }
}
