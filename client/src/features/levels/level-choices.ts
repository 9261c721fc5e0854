import type { LevelOfMember } from '../../../../src/rooms/room/notification-level.js';
import type { Store } from '../../store/store.js';
import { membershipIn, memberships } from '../rooms/memberships.js';
import { setLevel } from './levels-api.js';

/** The levels that the user chooses: `store.service(levelChoices)`. */
export const levelChoices = (store: Store): LevelChoices => new LevelChoices(store);

/** Shows each choice at once, and sends the last one of each room. A choice that fails is taken back. */
class LevelChoices {
  readonly #store: Store;
  readonly #waiting = new Map<string, LevelOfMember>();
  readonly #sending = new Map<string, Promise<void>>();

  constructor(store: Store) {
    this.#store = store;
  }

  choose(roomId: string, change: Partial<LevelOfMember>): Promise<void> {
    const mine = membershipIn(this.#store.state, roomId);
    if (!mine) return Promise.resolve();
    const before = { level: mine.level, mutedUntil: mine.mutedUntil };
    const chosen = { ...before, ...change };
    this.#waiting.set(roomId, chosen);
    this.#show(roomId, chosen);
    const sending = this.#sending.get(roomId) ?? this.#send(roomId, before);
    this.#sending.set(roomId, sending);
    return sending;
  }

  async #send(roomId: string, first: LevelOfMember): Promise<void> {
    let accepted = first;
    try {
      for (let next = this.#take(roomId); next; next = this.#take(roomId)) {
        await setLevel(roomId, next);
        accepted = next;
      }
    } catch (error) {
      this.#waiting.delete(roomId);
      this.#show(roomId, accepted);
      throw error;
    } finally {
      this.#sending.delete(roomId);
    }
  }

  #take(roomId: string): LevelOfMember | undefined {
    const next = this.#waiting.get(roomId);
    this.#waiting.delete(roomId);
    return next;
  }

  #show(roomId: string, level: LevelOfMember): void {
    this.#store.update(memberships, (all) =>
      all.map((mine) => (mine.room.id === roomId ? { ...mine, ...level } : mine)),
    );
  }
}
