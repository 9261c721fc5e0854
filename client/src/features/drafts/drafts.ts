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

/** What the user has typed and not sent. */
export interface Draft {
  readonly text: string;
  /** The `seq` of the message that the user has chosen to reply to. */
  readonly replyTo: number | null;
}

const noDraft: Draft = { text: '', replyTo: null };

/** The drafts of each room and thread, in all tabs. They survive a reload and the end of a session, not a sign-out. */
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

  in(draft: string): Draft {
    return { ...noDraft, ...(browserStorage.read(this.#prefix + draft) as Draft | null) };
  }

  keep(draft: string, change: Partial<Draft>): void {
    const before = this.in(draft);
    const next = { ...before, ...change };
    const key = this.#prefix + draft;
    if (next.text === '' && next.replyTo === null) browserStorage.remove(key);
    else browserStorage.write(key, next);
    if ((before.text === '') !== (next.text === '')) this.#show();
    this.#changes.notify(draft);
  }

  remove(draft: string): void {
    this.keep(draft, noDraft);
  }

  /** Calls the listener with a draft after it has changed, here or in another tab. */
  onChange(draft: string, listener: (changed: Draft) => void): () => void {
    return this.#changes.add((changed) => {
      if (changed === null || changed === draft) listener(this.in(draft));
    });
  }

  #show(): void {
    const drafts = browserStorage.keys(this.#prefix).map((key) => key.slice(this.#prefix.length));
    const typed = drafts.filter((draft) => this.in(draft).text !== '');
    this.#store.update(roomsWithDrafts, () => new Set(typed));
  }
}
