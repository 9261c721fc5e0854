import { InvalidTopicMatcher, type TopicMatcher, TopicSelectors } from '@carillon/nestjs';
import { CarillonOptions } from '@carillon/nestjs/internal';
import { escapedInPattern, matcherOf } from './topic-patterns.js';
import { checkSpelling } from './topic-spelling.js';

/** The most topics that one template stands for: values of lists beyond that grant nothing. */
const MAX_TOPICS = 100;
const PLACEHOLDER = /\{([^{}]*)\}/;
const CLAIM = /^claims\.(.+)$/;
/** A value with one of these could name another topic than the one that the operator meant. */
const UNSAFE = /[/?#%\\]/;

/** What the placeholders of templates stand for. */
export interface TemplateValues {
  readonly id: string;
  /** `undefined` for a user without one. */
  readonly username?: string | undefined;
  /** The claims of the user's token; `undefined` without a token. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
}

/**
 * A topic or pattern with placeholders, such as `teams/{claims.groups}/*`. A value that is missing, empty, no text or number,
 * or unsafe in a topic grants nothing. Placeholders never become wildcards.
 */
export class TopicTemplate {
  /** Literals at even indexes, the names of placeholders between them. */
  readonly #parts: readonly string[];
  readonly #isPattern: boolean;

  /** @throws RangeError the template is invalid. The message says what is right. */
  constructor(readonly source: string) {
    this.#parts = source.split(PLACEHOLDER);
    const literals = this.#parts.filter((_, index) => index % 2 === 0);
    const wrong = literals.some((text) => /[{}]/.test(text)) ? source : this.names.find(isUnknown);
    if (wrong !== undefined)
      throw new RangeError(
        `{…} must be {sub}, {claims.NAME}, {id} or {username}, and "${source}" has something else`,
      );
    this.#isPattern = matcherOf(literals.join('x')).kind === 'urlpattern';
    check(this.#filled(this.names.map(() => 'x')), source);
  }

  /** The placeholders. */
  get names(): readonly string[] {
    return this.#parts.filter((_, index) => index % 2 === 1);
  }

  matchersFor(values: TemplateValues): TopicMatcher[] {
    let rows: readonly (readonly string[])[] = [[]];
    for (const name of this.names) {
      const found = valuesOf(name, values);
      rows = rows.flatMap((row) => found.map((value) => row.concat(value))).slice(0, MAX_TOPICS);
    }
    return rows
      .map((row) => this.#filled(row))
      .filter(({ pattern }) => pattern !== '*' || this.source === '*');
  }

  #filled(values: readonly string[]): TopicMatcher {
    const filled = this.#isPattern ? values.map(escapedInPattern) : values;
    const pattern = this.#parts
      .map((part, index) => (index % 2 === 1 ? filled[(index - 1) / 2]! : part))
      .join('');
    return { kind: this.#isPattern ? 'urlpattern' : 'exact', pattern };
  }
}

const isUnknown = (name: string): boolean =>
  !['sub', 'id', 'username'].includes(name) && !CLAIM.test(name);

/** Whether a pattern is valid does not depend on the URL of the service. */
function check(matcher: TopicMatcher, source: string): void {
  try {
    checkSpelling(matcher);
    new TopicSelectors(new CarillonOptions()).of([matcher]);
  } catch (error) {
    if (!(error instanceof InvalidTopicMatcher)) throw error;
    throw new RangeError(`"${source}" ${error.mistake}`, { cause: error });
  }
}

function valuesOf(name: string, { id, username, claims }: TemplateValues): string[] {
  const value =
    name === 'id'
      ? id
      : name === 'username'
        ? username
        : claimIn(claims, name === 'sub' ? name : CLAIM.exec(name)![1]!);
  return [value].flat().slice(0, MAX_TOPICS).flatMap(safeText);
}

/** The claim with this name, or else the member of an object at this path, such as `realm_access.roles`. */
function claimIn(claims: TemplateValues['claims'], name: string): unknown {
  if (!claims) return undefined;
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const step of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step))
      return undefined;
    value = (value as Record<string, unknown>)[step];
  }
  return value;
}

function safeText(value: unknown): string[] {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text === '' || text === '.' || text === '..') return [];
  return UNSAFE.test(text) ? [] : [text];
}
