import type { ComponentMatcher, Part } from './component-pattern.js';

type Wildcard = 'segment' | 'any';

/** Texts with one wildcard between each two of them. */
interface Template {
  readonly texts: readonly string[];
  readonly wildcards: readonly Wildcard[];
}

/**
 * A matcher that needs no automaton, for the usual patterns such as `/orders/:id/*`: each wildcard but the last is a segment
 * that ends where the next text starts, so there is only one way to match. `undefined` for all other patterns.
 */
export function directMatcherOf(
  parts: readonly Part[],
  delimiter: string,
): ComponentMatcher | undefined {
  const template = templateOf(parts);
  if (!template || !isDirect(template, delimiter)) return undefined;
  const { texts, wildcards } = template;
  const prefix = texts[0]!;
  const [last] = wildcards.slice(-1);
  if (last === undefined) return { prefix, size: 0, matches: (text) => text === prefix };
  const suffix = texts.at(-1)!;
  const middle = texts.slice(1, -1);
  const endDelimiter = last === 'segment' ? delimiter : '';
  const min = last === 'any' ? 0 : 1;
  return {
    prefix,
    size: 0,
    matches: (text) => {
      const start = startOfLast(text, prefix, middle, delimiter);
      const end = text.length - suffix.length;
      if (start < 0 || end - start < min || !text.endsWith(suffix)) return false;
      if (endDelimiter === '') return true;
      const found = text.indexOf(endDelimiter, start);
      return found < 0 || found >= end;
    },
  };
}

/** Where the last wildcard starts; -1 if the texts before it do not match. */
function startOfLast(
  text: string,
  prefix: string,
  middle: readonly string[],
  delimiter: string,
): number {
  if (!text.startsWith(prefix)) return -1;
  let at = prefix.length;
  for (const each of middle) {
    const end = text.indexOf(delimiter, at);
    if (end <= at || !text.startsWith(each, end)) return -1;
    at = end + each.length;
  }
  return at;
}

/** `undefined` if a part repeats, is optional, or is a regular expression. */
function templateOf(parts: readonly Part[]): Template | undefined {
  const texts = [''];
  const wildcards: Wildcard[] = [];
  const add = (text: string): void => void (texts[texts.length - 1] += text);
  for (const part of parts) {
    if (part.modifier !== '') return undefined;
    if (part.kind === 'fixed') {
      add(part.text);
      continue;
    }
    if (typeof part.matches === 'object') return undefined;
    add(part.prefix);
    wildcards.push(part.matches);
    texts.push(part.suffix);
  }
  return { texts, wildcards };
}

const isDirect = ({ texts, wildcards }: Template, delimiter: string): boolean =>
  wildcards
    .slice(0, -1)
    .every(
      (each, index) =>
        each === 'segment' && delimiter !== '' && texts[index + 1]!.startsWith(delimiter),
    );
