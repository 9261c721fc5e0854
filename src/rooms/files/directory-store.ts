import { constants } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { type ByteRange, FileStore } from './file-store.js';

/** Stores files in a folder. Several processes can share it, also over a network file system. */
export class DirectoryStore extends FileStore {
  /** In the same folder: a file is only renamed when it is stored. */
  readonly incoming: string;

  constructor(private readonly folder: string) {
    super();
    this.incoming = join(folder, 'incoming');
  }

  async prepare(): Promise<void> {
    await mkdir(this.incoming, { recursive: true, mode: 0o700 });
  }

  /** The content was flushed when it was written. Flushes the name, too. */
  async put(key: string, path: string): Promise<void> {
    const target = this.#pathOf(key);
    const created = await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await rename(path, target);
    await flushFolder(dirname(target));
    if (created !== undefined) await flushFolder(this.folder);
  }

  async read(key: string, { start, end }: ByteRange): Promise<Readable | undefined> {
    try {
      // A symbolic link would lead out of the folder.
      const file = await open(this.#pathOf(key), constants.O_RDONLY | constants.O_NOFOLLOW);
      return file.createReadStream({ start, end });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async remove(key: string): Promise<void> {
    await rm(this.#pathOf(key), { force: true });
  }

  /** 256 folders, because some file systems and tools are slow with very many names in one. */
  #pathOf(key: string): string {
    return join(this.folder, key.slice(0, 2), key);
  }
}

async function flushFolder(path: string): Promise<void> {
  const folder = await open(path);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
