import { URLPattern } from 'urlpattern-polyfill';

import { TooComplex } from './automaton.js';
import { matcherOf } from './component-matcher.js';
import { type ComponentMatcher, UnsupportedPattern } from './component-pattern.js';
import { InvalidTopicMatcher, type TopicMatcher } from './topic-matcher.js';
import { topicMistake } from '../engine/topic-name.js';

/** The schemes whose paths consist of segments (URL Standard, 4.2, "special scheme"). */
const SPECIAL = ['http', 'https', 'ws', 'wss', 'ftp', 'file'];

/** A topic as a URL, split as a URL pattern is. */
export interface TopicUrl {
  readonly protocol: string;
  readonly username: string;
  readonly password: string;
  readonly hostname: string;
  readonly port: string;
  readonly pathname: string;
  readonly search: string;
  readonly hash: string;
}

type Component = keyof TopicUrl;

/** The path decides most often, so it comes first. */
const COMPONENTS: readonly Component[] = [
  'pathname',
  'hostname',
  'protocol',
  'port',
  'search',
  'hash',
  'username',
  'password',
];

/**
 * A URL pattern as the URL Pattern Standard defines it, without `ignoreCase`. It matches in linear time, so a pattern may
 * come from a client: a native `URLPattern` backtracks and takes minutes for some patterns, and that of Node 24 ends the
 * process with a segmentation fault for others. The polyfill only checks the syntax here. It compiles regular expressions
 * with the flag `u`, so set operations in classes are refused. So is a text that it would not keep: see `losesText`.
 *
 * An evaluation takes 0.1 to 0.2 µs for the usual patterns, such as `https://example.com/orders/:id/*`, and 1 to 2 µs with
 * a regular expression or an optional part. The most expensive pattern takes about 1 ms for a topic of 500 characters.
 */
export class UrlPattern {
  /** The instructions of its automatons: what it costs for each character of a topic. 0 for the usual patterns. */
  readonly size: number;
  /** The path of every matching topic starts with this. */
  readonly pathPrefix: string;
  readonly #matchers: readonly (readonly [Component, ComponentMatcher])[];

  /**
   * @param base what relative patterns are resolved against.
   * @throws InvalidTopicMatcher it is not a URL pattern, is too long, or cannot be evaluated in linear time.
   */
  constructor(
    readonly source: string,
    base: string,
  ) {
    // It has no character that a topic may not have.
    const mistake = topicMistake(source);
    if (mistake !== undefined) throw new InvalidTopicMatcher(this.matcher, mistake);
    const pattern = parse(source, base);
    if (!pattern) throw new InvalidTopicMatcher(this.matcher, 'is not a valid URL pattern');
    const matchers = this.#compile(pattern);
    this.#matchers = COMPONENTS.filter((name) => pattern[name] !== '*').map((name) => [
      name,
      matchers[name],
    ]);
    this.size = this.#matchers.reduce((sum, [, { size }]) => sum + size, 0);
    this.pathPrefix = matchers.pathname.prefix;
  }

  get matcher(): TopicMatcher {
    return { kind: 'urlpattern', pattern: this.source };
  }

  matches(url: TopicUrl): boolean {
    for (const [name, matcher] of this.#matchers) if (!matcher.matches(url[name])) return false;
    return true;
  }

  #compile(pattern: URLPattern): Record<Component, ComponentMatcher> {
    try {
      return matchersOf(pattern, this.source);
    } catch (error) {
      if (error instanceof TooComplex)
        throw new InvalidTopicMatcher(this.matcher, 'must be simpler');
      if (!(error instanceof UnsupportedPattern)) throw error;
      throw new InvalidTopicMatcher(this.matcher, `must not contain ${error.message}`);
    }
  }
}

/** @returns `undefined` if a topic is not a URL: then no pattern matches it. */
export function topicUrl(topic: string, base: string): TopicUrl | undefined {
  const url = URL.parse(topic, base);
  if (!url) return undefined;
  const { username, password, hostname, port, pathname } = url;
  const protocol = url.protocol.slice(0, -1);
  return {
    protocol,
    username,
    password,
    hostname,
    port,
    pathname,
    search: url.search.slice(1),
    hash: url.hash.slice(1),
  };
}

/** An absolute pattern has no base: with one, the standard resolves the path of `urn\:isbn\:*` as if it were relative. */
function parse(source: string, base: string): URLPattern | undefined {
  try {
    return new URLPattern(source);
  } catch {
    try {
      return new URLPattern(source, base);
    } catch {
      return undefined;
    }
  }
}

/** A pattern up to the end of its host, whose text `URLPattern` may extend: `1` becomes `0.0.0.1`. */
const AUTHORITY = /^[^/]*\\?\/\\?\/(?:[^/?#]|(?<=[})*])\?)*/;

/**
 * Whether a pattern no longer has a slash or a dot of its source. In a path without segments, `URLPattern` resolves the text
 * between two groups as if it were a path of its own: `urn\:(a)//b` becomes `urn\:(a)`, which matches too much.
 */
function losesText(pattern: URLPattern, source: string): boolean {
  const { hostname, pathname, search, hash } = pattern;
  const kept = [pathname, search, hash].reduce((sum, part) => sum + resolvable(part), 0);
  return kept < resolvable(hostname === '' ? source : source.replace(AUTHORITY, ''));
}

/** How many slashes and dots are in the text of a pattern, outside its regular expressions. */
function resolvable(source: string): number {
  let text = '';
  let depth = 0;
  for (let at = 0; at < source.length; at++) {
    const character = source[at]!;
    if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (character === '\\') at++;
    if (depth === 0) text += source[at]!;
  }
  return text.match(/[/.]|%2e/gi)?.length ?? 0;
}

function matchersOf(pattern: URLPattern, source: string): Record<Component, ComponentMatcher> {
  const plain = (name: Component) => matcherOf(pattern[name], '', '');
  const protocol = plain('protocol');
  const isSpecial = SPECIAL.some((scheme) => protocol.matches(scheme));
  if (!isSpecial && losesText(pattern, source))
    throw new UnsupportedPattern(
      `"//" or a dot segment after a group or at the start of its path, unless its scheme is ${SPECIAL.join(', ')}`,
    );
  return {
    protocol,
    username: plain('username'),
    password: plain('password'),
    hostname: matcherOf(pattern.hostname, '', '.'),
    port: plain('port'),
    pathname: isSpecial ? matcherOf(pattern.pathname, '/', '/') : plain('pathname'),
    search: plain('search'),
    hash: plain('hash'),
  };
}
