import type { Rolldown } from 'vite';

type Bundle = Rolldown.OutputBundle;
type Chunk = Rolldown.OutputChunk;

/** The pages whose code is loaded on demand, by the names of their chunks. */
export const PAGES = ['Visitor', 'Member'] as const;

export const entryOf = (bundle: Bundle): Chunk =>
  requiredChunk(bundle, 'entry', (one) => one.isEntry);

export const chunkNamed = (bundle: Bundle, name: string): Chunk =>
  requiredChunk(bundle, name, (one) => one.name === name);

function requiredChunk(bundle: Bundle, what: string, isIt: (chunk: Chunk) => boolean): Chunk {
  const found = Object.values(bundle).find((file) => file.type === 'chunk' && isIt(file));
  if (found?.type !== 'chunk') throw new Error(`The build of the page has no chunk "${what}".`);
  return found;
}

/** The files of some chunks and of all that they import, directly or not. */
export function filesOf(bundle: Bundle, chunks: readonly Chunk[]): ReadonlySet<string> {
  const found = new Set(chunks.map(({ fileName }) => fileName));
  for (const name of found) {
    const file = bundle[name];
    if (file?.type === 'chunk') file.imports.forEach((imported) => found.add(imported));
  }
  return found;
}
