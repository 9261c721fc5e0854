import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { type Argon2Parameters, argon2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { Problem } from '../http/problems.js';
import { HashQueue, type Share } from './hash-queue.js';
import { HashThreads } from './hash-threads.js';

interface Parameters {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

/**
 * argon2id with the first of the parameters that OWASP's Password Storage Cheat Sheet recommends: 19 MiB, 2 passes,
 * 1 lane. About 30 to 50 ms.
 */
const COSTS: Parameters = { memory: 19_456, passes: 2, parallelism: 1 }; // memory in KiB
const TAG_LENGTH = 32; // bytes
const SALT_LENGTH = 16; // bytes

/** At once, of all and of known sources; each has a thread. */
const CONCURRENCY = 2;
const CONCURRENCY_OF_KNOWN = 2;
/** About 1.5 s of work in each queue. Whoever waits longer tries again, so more of them are not let in. */
const MAX_WAITING = 64;
const MAX_KNOWN_WAITING = 32;

/** Hashes and verifies passwords off the event loop. Networks and accounts take turns. */
@Injectable()
export class Passwords implements OnModuleDestroy {
  readonly #threads = new HashThreads();
  readonly #queue = new HashQueue(CONCURRENCY, MAX_WAITING, tooManyWait);
  /** A separate queue: attackers with many networks could fill any queue that they share with others. */
  readonly #queueOfKnown = new HashQueue(CONCURRENCY_OF_KNOWN, MAX_KNOWN_WAITING, tooManyWait);
  /** Compared with where there is no such user, so that the answer takes as long. */
  readonly #nobodys = format(COSTS, randomBytes(SALT_LENGTH), randomBytes(TAG_LENGTH));

  /** Passwords that wait to be hashed or verified. */
  get waiting(): number {
    return this.#queue.length + this.#queueOfKnown.length;
  }

  onModuleDestroy(): Promise<void> {
    return this.#threads.close();
  }

  /**
   * @param share whose turn it takes.
   * @returns the hash with its parameters, in the PHC string format.
   * @throws Problem `unavailable`: too many wait.
   */
  hash(password: string, share: Share): Promise<string> {
    return this.#queue.run(share, () => hashOf(password, (input) => this.#threads.derive(input)));
  }

  /**
   * Whether it is the password of a hash. Takes as long where there is none, and is then `false`.
   *
   * @param isKnown whether the user signed in from there before.
   * @throws Problem `unavailable`: too many wait.
   */
  async matches(
    password: string,
    hash: string | undefined,
    share: Share,
    isKnown: boolean,
  ): Promise<boolean> {
    const { parameters, salt, tag } = parse(hash ?? this.#nobodys);
    const queue = isKnown ? this.#queueOfKnown : this.#queue;
    const input = inputOf(password, salt, parameters);
    const derived = await queue.run(share, () => this.#threads.derive(input));
    return timingSafeEqual(derived, tag) && hash !== undefined;
  }
}

const tooManyWait = (): Problem =>
  new Problem(
    'unavailable',
    'Too many sign-ins and sign-ups are in progress. Try again in a few seconds.',
    {
      headers: { 'Retry-After': '2' },
      limit: 'password_hashes',
    },
  );

/**
 * A hash in the PHC string format.
 *
 * @param derive argon2id; by default on the thread that calls.
 */
export async function hashOf(
  password: string,
  derive: (input: Argon2Parameters) => Buffer | Promise<Buffer> = (input) =>
    argon2Sync('argon2id', input),
): Promise<string> {
  const salt = randomBytes(SALT_LENGTH);
  return format(COSTS, salt, await derive(inputOf(password, salt, COSTS)));
}

/** Text that looks the same is the same: NIST SP 800-63B, 3.1.1.2, asks for a Unicode normalization. */
const inputOf = (password: string, salt: Buffer, parameters: Parameters): Argon2Parameters => ({
  message: Buffer.from(password.normalize('NFKC')),
  nonce: salt,
  tagLength: TAG_LENGTH,
  ...parameters,
});

/** https://github.com/P-H-C/phc-string-format */
function format({ memory, passes, parallelism }: Parameters, salt: Buffer, tag: Buffer): string {
  const [encodedSalt, encodedTag] = [salt, tag].map(withoutPadding);
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${encodedSalt}$${encodedTag}`;
}

function parse(hash: string) {
  const [, memory, passes, parallelism, salt, tag] =
    /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(hash)!;
  const parameters = {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
  };
  return { parameters, salt: Buffer.from(salt!, 'base64'), tag: Buffer.from(tag!, 'base64') };
}

const withoutPadding = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
