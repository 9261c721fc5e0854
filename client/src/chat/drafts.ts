import { forget, readStored, store } from './storage.js';

/** What is typed and not sent yet, room by room. It outlives a reload and a sign-out. */
export class Drafts {
  readonly #prefix: string;

  constructor(userId: string) {
    this.#prefix = `carillon.draft.${userId}.`;
  }

  of(roomId: string): string {
    return (readStored(this.#prefix + roomId) as string | null) ?? '';
  }

  keep(roomId: string, text: string): void {
    if (text === '') forget(this.#prefix + roomId);
    else store(this.#prefix + roomId, text);
  }
}
