import { join } from 'node:path';

/** The part of Rolldown's module graph that is used here. */
interface Graph {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
}

const module = (name: string): string => join(import.meta.dirname, 'src', name);

/**
 * The chunk of a module. By default the bundler makes a chunk for each set of chunks that share modules: every panel that
 * is loaded later would split the code of the chat into more, smaller files, which compress worse.
 */
export function chunkOf(id: string, graph: Graph): string | null {
  if (reachable(module('main.tsx'), graph).has(id)) return 'page';
  if (!reachable(module('Member.tsx'), graph).has(id)) return null;
  return reachable(module('Visitor.tsx'), graph).has(id) ? 'shared' : 'Member';
}

const known = new Map<string, ReadonlySet<string>>();

/** The modules that one imports, directly or not. */
function reachable(from: string, graph: Graph): ReadonlySet<string> {
  const before = known.get(from);
  if (before) return before;
  const found = new Set([from]);
  for (const id of found)
    for (const imported of graph.getModuleInfo(id)?.importedIds ?? []) found.add(imported);
  known.set(from, found);
  return found;
}
