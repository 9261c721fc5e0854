// Preloaded into servers whose tests are not about passwords. Each of their tests signs users up and in, and argon2id
// with the real parameters takes about 20 to 40 ms of CPU for each of these requests.
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

const { argon2Sync } = crypto;

crypto.argon2Sync = (algorithm, parameters) =>
  argon2Sync(algorithm, { ...parameters, memory: 8, passes: 1 });
syncBuiltinESMExports();
