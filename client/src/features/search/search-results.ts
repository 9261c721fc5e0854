import type { Store } from '../../store/store.js';
import { keptScroll } from '../../ui/kept-scroll.js';
import type { Message } from '../rooms/message.js';
import { foldListed } from '../listed-messages/listed-fold.js';
import type { SearchParams } from './search-address.js';

/** What a search has found so far. */
export interface SearchResults extends SearchParams {
  readonly found: readonly Message[];
  readonly next: string | null;
}

/** The last results of a store: `store.service(searchResults)`. Back returns to them. */
export const searchResults = (store: Store): LastResults => new LastResults(store);

/** The results that were last shown. */
class LastResults {
  #last: SearchResults | null = null;

  constructor(store: Store) {
    store.onEvent((event) => {
      if (this.#last) this.#last = { ...this.#last, found: foldListed(this.#last.found, event) };
    });
    // Events may have been missed before a snapshot.
    store.onSnapshot(() => (this.#last = null));
  }

  keep(results: SearchResults): void {
    this.#last = results;
  }

  /** The results, if this entry of the session history has shown them before. */
  of({ query, roomId }: SearchParams): SearchResults | null {
    const last = this.#last;
    if (keptScroll() === null || last?.query !== query || last.roomId !== roomId) return null;
    return last;
  }
}
