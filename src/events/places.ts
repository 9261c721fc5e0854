import type { Config } from '../config.js';
import type { Caller } from '../http/caller.js';

type Limits = Pick<Config, 'STREAM_MAX_PER_ADDRESS' | 'STREAM_MAX_PER_USER'>;

/** The part of all places that only signed-in users can take: 1 in so many. */
const RESERVED = 10;

/** A place that a stream has, from when it is asked for to its end. */
export interface Place {
  /** Once: what comes later does nothing. */
  free(): void;
}

/** Counts the streams of a process: all of them, those of each network and those of each user. */
export class Places {
  readonly #ofNetwork = new Map<string, number>();
  readonly #ofUser = new Map<string, number>();
  #taken = 0;

  /** @param maximum of all streams together. */
  constructor(
    private readonly maximum: number,
    private readonly limits: Limits,
  ) {}

  get taken(): number {
    return this.#taken;
  }

  /** Whether there is none for signed-in users either. */
  get areAllTaken(): boolean {
    return this.#taken >= this.maximum;
  }

  /** @returns `undefined` where there is none for this caller at this network. */
  take(network: string, caller: Pick<Caller, 'userId'> | undefined): Place | undefined {
    if (!this.#isFree(network, caller)) return undefined;
    let isTaken = true;
    this.#count(network, caller, 1);
    return {
      free: () => {
        if (isTaken) this.#count(network, caller, -1);
        isTaken = false;
      },
    };
  }

  #isFree(network: string, caller: Pick<Caller, 'userId'> | undefined): boolean {
    const { STREAM_MAX_PER_ADDRESS, STREAM_MAX_PER_USER } = this.limits;
    const reserved = caller ? 0 : Math.floor(this.maximum / RESERVED);
    if (this.#taken >= this.maximum - reserved) return false;
    if ((this.#ofNetwork.get(network) ?? 0) >= (STREAM_MAX_PER_ADDRESS || Infinity)) return false;
    return !caller || (this.#ofUser.get(caller.userId) ?? 0) < (STREAM_MAX_PER_USER || Infinity);
  }

  #count(network: string, caller: Pick<Caller, 'userId'> | undefined, change: 1 | -1): void {
    this.#taken += change;
    add(this.#ofNetwork, network, change);
    if (caller) add(this.#ofUser, caller.userId, change);
  }
}

function add(counts: Map<string, number>, key: string, change: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
