import { tabStorage } from '../../state/storage.js';
import { filesWords as words } from './files.words.js';
import type { WaitingFile } from './waiting-files.js';

type KeptFile = Pick<WaitingFile, 'id' | 'name' | 'size' | 'file'>;

const keyOf = (userId: string, draft: string) => `carillon.draft-files.${userId}.${draft}`;

/** The files attached to a draft before the tab was reloaded. */
export function readFiles(userId: string, draft: string): readonly WaitingFile[] {
  const kept = (tabStorage.read(keyOf(userId, draft)) ?? []) as readonly KeptFile[];
  return kept.map(restored);
}

/** The browser keeps no contents, so the user has to decide about files that are not uploaded. */
const restored = (kept: KeptFile): WaitingFile =>
  kept.file
    ? { ...kept, state: 'uploaded', progress: 1 }
    : { ...kept, state: 'refused', progress: 0, failure: words.lost };

export function keepFiles(userId: string, draft: string, files: readonly WaitingFile[]): void {
  const key = keyOf(userId, draft);
  const kept = files.map(({ id, name, size, file }) => ({ id, name, size, file }));
  if (kept.length === 0) tabStorage.remove(key);
  else tabStorage.write(key, kept);
}
