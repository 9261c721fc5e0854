import { argon2Sync, type Argon2Parameters } from 'node:crypto';
import { constants, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';

// Only erasable types in this file: the tests have node run it as it is.

// Where both want the same core, requests come first. On Linux a priority belongs to a thread, elsewhere to the process.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

parentPort!.on('message', (parameters: Argon2Parameters) =>
  parentPort!.postMessage(argon2Sync('argon2id', parameters)),
);
