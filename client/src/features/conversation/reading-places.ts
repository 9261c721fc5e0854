import type { Store } from '../../store/store.js';
import type { Place } from './place.js';

/** The reading places of a store: `store.service(readingPlaces)`. */
export const readingPlaces = (_store: Store): ReadingPlaces => new ReadingPlaces();

/** Where the user was in each room, and in each entry of the browser's session history. */
export class ReadingPlaces {
  readonly #byRoom = new Map<string, Place>();

  /** In this room, when the user left it. */
  of(roomId: string): Place | undefined {
    return this.#byRoom.get(roomId);
  }

  keep(roomId: string, place: Place): void {
    if (typeof place.offset === 'number') this.#byRoom.set(roomId, place);
  }

  /** In the current entry; Back and a reload return to it. */
  inEntry(roomId: string): Place | undefined {
    const { reading } = (history.state ?? {}) as { reading?: { roomId: string; place: Place } };
    return reading?.roomId === roomId ? reading.place : undefined;
  }

  keepInEntry(roomId: string, place: Place): void {
    history.replaceState({ ...history.state, reading: { roomId, place } }, '');
  }
}
