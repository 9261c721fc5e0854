import { Injectable } from '@nestjs/common';
import { argon2 as argon2WithCallback, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { Problem } from '../http/problems.js';
import { FairQueue, type Share } from './fair-queue.js';

const argon2 = promisify(argon2WithCallback);

/**
 * argon2id with the first of the parameters that OWASP's Password Storage Cheat Sheet recommends: 19 MiB, 2 passes,
 * 1 lane. About 50 ms in a thread of node's pool.
 */
const MEMORY = 19_456; // KiB
const PASSES = 2;
const PARALLELISM = 1;
const TAG_LENGTH = 32; // bytes
const SALT_LENGTH = 16; // bytes

/** At once, of all and of known sources: the pool has four threads, and the flushes of commits need one, too. */
const CONCURRENCY = 2;
const CONCURRENCY_OF_KNOWN = 1;
/** About 1.5 s of work in each queue. Whoever waits longer tries again, so more of them are not let in. */
const MOST_WAITING = 64;
const MOST_KNOWN_WAITING = 32;

interface Parameters {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** Hashes passwords off the event loop, and compares with such hashes. Networks and accounts take turns. */
@Injectable()
export class Passwords {
  readonly #queue = new FairQueue(CONCURRENCY, MOST_WAITING, tooManyWait);
  /** Strangers with many networks could fill any queue that they share with others. */
  readonly #queueOfKnown = new FairQueue(CONCURRENCY_OF_KNOWN, MOST_KNOWN_WAITING, tooManyWait);
  /** Compared with where there is no such user, so that the answer takes as long. */
  readonly #nobodys = hashOf(randomBytes(32).toString('base64'));

  /**
   * @param share whose turn it takes.
   * @returns the hash with its parameters, in the PHC string format.
   * @throws Problem `unavailable`: too many wait.
   */
  hash(password: string, share: Share): Promise<string> {
    return this.#queue.run(share, () => hashOf(password));
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
    const { parameters, salt, tag } = parse(hash ?? (await this.#nobodys));
    const queue = isKnown ? this.#queueOfKnown : this.#queue;
    const derived = await queue.run(share, () => derive(password, salt, parameters));
    return timingSafeEqual(derived, tag) && hash !== undefined;
  }
}

const tooManyWait = (): Problem =>
  new Problem('unavailable', 'Too many sign-ins and sign-ups are in progress. Try again soon.', {
    headers: { 'Retry-After': '2' },
  });

/** In the PHC string format. */
export async function hashOf(password: string): Promise<string> {
  const salt = randomBytes(SALT_LENGTH);
  const parameters = { memory: MEMORY, passes: PASSES, parallelism: PARALLELISM };
  return format(parameters, salt, await derive(password, salt, parameters));
}

/** Text that looks the same is the same: NIST SP 800-63B, 3.1.1.2, asks for a Unicode normalization. */
const derive = (password: string, salt: Buffer, parameters: Parameters): Promise<Buffer> =>
  argon2('argon2id', {
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
