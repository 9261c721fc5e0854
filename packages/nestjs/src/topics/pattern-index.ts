import type { EventTopics } from './event-topics.js';
import type { TopicUrl, UrlPattern } from './url-pattern.js';

interface Entry<V> {
  readonly pattern: UrlPattern;
  readonly values: Set<V>;
}

/**
 * Values by URL pattern. A pattern is evaluated once for each event, however many values it has, and only if the path of a
 * topic starts with its folder: 10,000 patterns such as `customers/<id>/*` cost an event one evaluation.
 */
export class PatternIndex<V> {
  /** By the fixed folder that a pattern's path starts with, and then by pattern. */
  readonly #folders = new Map<string, Map<string, Entry<V>>>();

  get isEmpty(): boolean {
    return this.#folders.size === 0;
  }

  add(pattern: UrlPattern, value: V): void {
    const folder = folderOf(pattern);
    let entries = this.#folders.get(folder);
    if (!entries) this.#folders.set(folder, (entries = new Map()));
    const entry = entries.get(pattern.source);
    if (entry) entry.values.add(value);
    else entries.set(pattern.source, { pattern, values: new Set([value]) });
  }

  delete(pattern: UrlPattern, value: V): void {
    const folder = folderOf(pattern);
    const entries = this.#folders.get(folder);
    const entry = entries?.get(pattern.source);
    if (!entries || !entry) return;
    entry.values.delete(value);
    if (entry.values.size === 0) entries.delete(pattern.source);
    if (entries.size === 0) this.#folders.delete(folder);
  }

  /** The values of all patterns that match an event. One with several matching patterns appears several times. */
  *find(event: EventTopics): Generator<V> {
    const folders = new Set(event.urls.flatMap(foldersOf));
    for (const folder of folders)
      for (const { pattern, values } of this.#folders.get(folder)?.values() ?? [])
        if (event.match(pattern)) yield* values;
  }
}

const folderOf = ({ pathPrefix }: UrlPattern): string =>
  pathPrefix.slice(0, pathPrefix.lastIndexOf('/') + 1);

/** Every folder that a path is in, from none at all to the one that contains it. */
function foldersOf({ pathname }: TopicUrl): string[] {
  const folders = [''];
  for (let end = pathname.indexOf('/'); end >= 0; end = pathname.indexOf('/', end + 1))
    folders.push(pathname.slice(0, end + 1));
  return folders;
}
