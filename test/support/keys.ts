import { UnitOfWork } from '@carillon/nestjs';
import { KeysRepository } from '../../src/events/keys/keys.repository.js';
import { type NewKey, OperatorKeys } from '../../src/events/keys/operator-keys.js';
import type { RunningApplication } from './application.js';

export interface TestKey {
  readonly name: string;
  readonly id: string;
  readonly secret: string;
  readonly bearer: { readonly Authorization: string };
}

let keys = 0;

/** The keys of an application in the test's process. */
export const keysOf = ({ app }: RunningApplication): OperatorKeys =>
  new OperatorKeys(
    app.get(UnitOfWork, { strict: false }),
    app.get(KeysRepository, { strict: false }),
  );

export async function addKey(
  application: RunningApplication,
  given: Partial<NewKey> = {},
): Promise<TestKey> {
  const { key, secret } = await keysOf(application).create({
    name: `key-${++keys}`,
    publish: [],
    subscribe: [],
    notify: false,
    expiresAt: null,
    ...given,
  });
  const bearer = { Authorization: `Bearer ${secret}` };
  return { name: key.name, id: key.id, secret, bearer };
}
