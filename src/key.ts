import { UnitOfWork } from '@carillon/nestjs';
import { features } from './app.module.js';
import { runCommand } from './command.js';
import type { Config } from './config.js';
import { type KeyCommand, keyCommandOf } from './events/keys/key-command.js';
import { KEYS } from './events/keys/keys.events.js';
import { KeysRepository } from './events/keys/keys.repository.js';
import { OperatorKeys } from './events/keys/operator-keys.js';
import { SecurityLog } from './http/security-log.js';
import { openServerDatabase } from './server-database.js';

/** The command records events of keys only. */
const TOPICS = { isRegistered: (topic: string) => topic === KEYS };

async function run(config: Config, command: KeyCommand): Promise<string> {
  const engine = await openServerDatabase(config);
  const audit = (action: 'key-create' | 'key-revoke', target: string): void =>
    new SecurityLog(config).record({
      action,
      outcome: 'success',
      actor: null,
      target,
      details: { by: 'operator' },
    });
  try {
    const repository = new KeysRepository();
    const keys = new OperatorKeys(new UnitOfWork(engine, TOPICS), repository);
    if (command.action === 'list') {
      const all = await repository.all(engine.read);
      return all.length > 0
        ? all.map((key) => JSON.stringify(key)).join('\n')
        : 'There are no keys.';
    }
    if (command.action === 'revoke') {
      audit('key-revoke', await keys.revoke(command.name));
      return `Revoked the key ${command.name}. Its streams have ended.`;
    }
    const { key, secret } = await keys.create(command.key);
    audit('key-create', key.id);
    return secret;
  } finally {
    await engine.close();
  }
}

const reserved = features.flatMap(({ topics = {} }) => Object.keys(topics));

await runCommand((config, args) => run(config, keyCommandOf(args, reserved)));
