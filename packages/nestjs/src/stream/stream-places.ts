import type { StreamOptions } from '../options.js';
import type { StreamLimit } from './stream-statistics.js';
import type { Caller } from './subscriber.js';

type Limits = Pick<StreamOptions, 'maxPerNetwork' | 'maxPerUser'>;

/** The part of all places that only signed-in users can take: 1 in so many. */
const RESERVED = 10;

/** The place of one stream, from its request to its end. */
export interface Place {
  /** Later calls do nothing. */
  readonly free: () => void;
}

/** Counts the streams of a process: all of them, those of each network and those of each user. */
export class StreamPlaces {
  readonly #ofNetwork = new Map<string, number>();
  readonly #ofUser = new Map<string, number>();
  #taken = 0;

  /**
   * @param maximum of all streams together.
   * @param exceeded counts how often each limit refuses a stream.
   */
  constructor(
    private readonly maximum: number,
    private readonly limits: Limits,
    private readonly exceeded: Record<StreamLimit, number>,
  ) {}

  get taken(): number {
    return this.#taken;
  }

  /** Whether there is none left, even for signed-in users. */
  get areAllTaken(): boolean {
    return this.#taken >= this.maximum;
  }

  /** @returns `undefined` if there is none for this caller in this network. */
  take(network: string, caller: Pick<Caller, 'id'> | undefined): Place | undefined {
    const limit = this.limitFor(network, caller);
    if (limit) {
      this.exceeded[limit]++;
      return undefined;
    }
    let isTaken = true;
    this.#count(network, caller, 1);
    return {
      free: () => {
        if (isTaken) this.#count(network, caller, -1);
        isTaken = false;
      },
    };
  }

  /** The limit that the next stream of a caller would exceed. */
  limitFor(network: string, caller: Pick<Caller, 'id'> | undefined): StreamLimit | undefined {
    const { maxPerNetwork, maxPerUser } = this.limits;
    const reserved = caller ? 0 : Math.floor(this.maximum / RESERVED);
    if (this.#taken >= this.maximum - reserved) return 'max';
    if ((this.#ofNetwork.get(network) ?? 0) >= (maxPerNetwork || Infinity)) return 'maxPerNetwork';
    const ofUser = caller ? (this.#ofUser.get(caller.id) ?? 0) : 0;
    return caller && ofUser >= (maxPerUser || Infinity) ? 'maxPerUser' : undefined;
  }

  #count(network: string, caller: Pick<Caller, 'id'> | undefined, change: 1 | -1): void {
    this.#taken += change;
    add(this.#ofNetwork, network, change);
    if (caller) add(this.#ofUser, caller.id, change);
  }
}

function add(counts: Map<string, number>, key: string, change: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
