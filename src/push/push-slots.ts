/**
 * Browsers to which a process sends at the same time: all together, through one push service, of one user, and after a
 * failure. So neither a service that hangs nor a user with slow endpoints delays other browsers.
 */
const MAX = { all: 64, perService: 16, perUser: 4, failing: 16 };

/** What has no free slot. */
export interface FullSlots {
  readonly services: readonly string[];
  readonly userIds: readonly string[];
  /** Whether this also applies to all browsers to which the last request failed. */
  readonly failing: boolean;
}

/** A browser to which a process sends. */
export interface Slot {
  readonly sessionId: string;
  readonly userId: string;
  /** The host of the endpoint. */
  readonly service: string;
  /** Consecutive failures of the push service. */
  readonly failures: number;
}

/** The browsers to which this process is sending. */
export class PushSlots {
  readonly #taken = new Map<string, Slot>();

  get free(): number {
    return MAX.all - this.#taken.size;
  }

  get full(): FullSlots {
    const taken = [...this.#taken.values()];
    return {
      services: frequent(taken, 'service', MAX.perService),
      userIds: frequent(taken, 'userId', MAX.perUser),
      failing: taken.filter(isFailing).length >= MAX.failing,
    };
  }

  /** Those of some browsers that can all have a slot now, the first ones first. */
  fitting<S extends Slot>(slots: readonly S[]): S[] {
    const taken = [...this.#taken.values()];
    return slots.filter((slot) => fits(slot, taken) && taken.push(slot));
  }

  take(slot: Slot): void {
    this.#taken.set(slot.sessionId, slot);
  }

  release({ sessionId }: Slot): void {
    this.#taken.delete(sessionId);
  }
}

const isFailing = ({ failures }: Slot): boolean => failures > 0;

/** The services or users that occur at least `count` times. */
const frequent = (taken: readonly Slot[], key: 'service' | 'userId', count: number): string[] =>
  [...Map.groupBy(taken, (slot) => slot[key])]
    .filter(([, slots]) => slots.length >= count)
    .map(([value]) => value);

function fits(slot: Slot, taken: readonly Slot[]): boolean {
  const count = (isSame: (other: Slot) => boolean) => taken.filter(isSame).length;
  return (
    taken.length < MAX.all &&
    count(({ service }) => service === slot.service) < MAX.perService &&
    count(({ userId }) => userId === slot.userId) < MAX.perUser &&
    (!isFailing(slot) || count(isFailing) < MAX.failing)
  );
}
