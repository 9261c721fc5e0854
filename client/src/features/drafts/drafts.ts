import { browserStorage } from '../../state/storage.js';
import { Listeners } from '../../state/listeners.js';
import type { Slice } from '../../store/state.js';
import type { Store } from '../../store/store.js';

/** The rooms in which something is typed and not sent, by id. */
export const roomsWithDrafts: Slice<ReadonlySet<string>> = {
  name: 'rooms with drafts',
  initial: new Set(),
};

/** The drafts of a store: `store.service(draftsService)`. */
export const draftsService = (store: Store): Drafts => new Drafts(store);

/** The key of the draft of a room, or of a thread by the `seq` of its first message. */
export const draftOf = (roomId: string, thread?: number): string =>
  thread === undefined ? roomId : `${roomId}/${thread}`;

/** What the user has typed in each room and thread and not sent, in all tabs. It survives a reload and a sign-out. */
export class Drafts {
  readonly #store: Store;
  readonly #prefix: string;
  readonly #changes = new Listeners<[string | null]>();

  constructor(store: Store) {
    this.#store = store;
    this.#prefix = `carillon.draft.${store.me}.`;
  }

  start(): () => void {
    const onStorage = ({ key }: StorageEvent) => {
      if (key !== null && !key.startsWith(this.#prefix)) return;
      this.#show();
      this.#changes.notify(key?.slice(this.#prefix.length) ?? null);
    };
    addEventListener('storage', onStorage);
    this.#show();
    return () => removeEventListener('storage', onStorage);
  }

  in(draft: string): string {
    return (browserStorage.read(this.#prefix + draft) as string | null) ?? '';
  }

  keep(draft: string, text: string): void {
    const before = this.in(draft);
    const key = this.#prefix + draft;
    if (text === '') browserStorage.remove(key);
    else browserStorage.write(key, text);
    if ((before === '') !== (text === '')) this.#show();
    this.#changes.notify(draft);
  }

  /** Calls the listener with a draft after it has changed, here or in another tab. */
  onChange(draft: string, listener: (text: string) => void): () => void {
    return this.#changes.add((changed) => {
      if (changed === null || changed === draft) listener(this.in(draft));
    });
  }

  #show(): void {
    const rooms = browserStorage.keys(this.#prefix).map((key) => key.slice(this.#prefix.length));
    this.#store.update(roomsWithDrafts, () => new Set(rooms));
  }
}
