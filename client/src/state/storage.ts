/** A value that the storage could not take, and what the storage had at that time. */
interface Unstored {
  readonly value: unknown;
  readonly stored: string | null;
}

/**
 * JSON values in a storage of the browser. If the browser forbids storage, or the storage is full, changes are kept in
 * memory and live as long as the page.
 */
export class JsonStorage {
  readonly #storage: () => Storage;
  readonly #unstored = new Map<string, Unstored>();

  constructor(storage: () => Storage) {
    this.#storage = storage;
  }

  read(key: string): unknown {
    const stored = this.#stored(key);
    const unstored = this.#unstored.get(key);
    if (unstored?.stored === stored) return unstored.value;
    // Another tab has written a newer value.
    this.#unstored.delete(key);
    return parsed(stored);
  }

  write(key: string, value: unknown): void {
    try {
      this.#storage().setItem(key, JSON.stringify(value));
      this.#unstored.delete(key);
    } catch {
      // The old value must not come back after a reload.
      this.remove(key);
      this.#unstored.set(key, { value, stored: this.#stored(key) });
    }
  }

  remove(key: string): void {
    try {
      this.#storage().removeItem(key);
      this.#unstored.delete(key);
    } catch {
      this.#unstored.set(key, { value: null, stored: this.#stored(key) });
    }
  }

  keys(prefix: string): string[] {
    return [...new Set([...this.#storedKeys(), ...this.#unstored.keys()])].filter(
      (key) => key.startsWith(prefix) && this.read(key) !== null,
    );
  }

  #stored(key: string): string | null {
    try {
      return this.#storage().getItem(key);
    } catch {
      return null;
    }
  }

  #storedKeys(): string[] {
    try {
      return Object.keys(this.#storage());
    } catch {
      return [];
    }
  }
}

function parsed(stored: string | null): unknown {
  try {
    return stored === null ? null : JSON.parse(stored);
  } catch {
    return null;
  }
}

/** Shared by all tabs; survives the end of the browser. */
export const browserStorage = new JsonStorage(() => localStorage);

/** Of this tab; survives a reload. */
export const tabStorage = new JsonStorage(() => sessionStorage);
