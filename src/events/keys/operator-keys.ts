import { StartupError, type UnitOfWork } from '@carillon/nestjs';
import { v7 as uuidv7 } from 'uuid';
import { digestOf, type Key, newSecret } from './key.js';
import { KeyCreated, KeyRevoked } from './keys.events.js';
import type { KeysRepository } from './keys.repository.js';

export type NewKey = Pick<Key, 'name' | 'publish' | 'subscribe' | 'notify' | 'expiresAt'>;

/** The keys as operators manage them. */
export class OperatorKeys {
  constructor(
    private readonly work: UnitOfWork,
    private readonly keys: KeysRepository,
  ) {}

  /**
   * @returns the key, and its secret, which is not stored.
   * @throws StartupError another key has the same name.
   */
  async create(given: NewKey): Promise<{ key: Key; secret: string }> {
    const secret = newSecret();
    const createdAt = new Date().toISOString();
    const key: Key = { id: uuidv7(), ...given, createdAt, lastUsedAt: null };
    await this.work.run(async (tx) => {
      if (!(await this.keys.insert(tx.db, key, digestOf(secret))))
        throw new StartupError(
          `There is already a key with the name ${key.name}. Choose another name, or revoke that key first.`,
        );
      tx.record(new KeyCreated(key));
    });
    return { key, secret };
  }

  /**
   * Revokes a key, on all nodes at once.
   *
   * @returns the id of the key.
   * @throws StartupError there is no key with this name.
   */
  revoke(name: string): Promise<string> {
    return this.work.run(async (tx) => {
      const id = await this.keys.remove(tx.db, name);
      if (id === undefined) throw new StartupError(`There is no key with the name ${name}.`);
      tx.record(new KeyRevoked({ id }));
      return id;
    });
  }
}
