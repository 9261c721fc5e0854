/** Matches one component of URLs. */
export interface ComponentMatcher {
  /** Every text that it matches starts with this. */
  readonly prefix: string;
  /** The instructions of its automaton; 0 if it needs none. */
  readonly size: number;
  matches(text: string): boolean;
}

/** A pattern uses what cannot be evaluated in linear time, or cannot be read back from a `URLPattern`. */
export class UnsupportedPattern extends Error {}

/** What one component of a URL pattern consists of (URL Pattern Standard, 2.1 and 2.2). */
export type Part = FixedPart | GroupPart;

export interface FixedPart {
  readonly kind: 'fixed';
  readonly text: string;
  readonly modifier: Modifier;
}

/** A wildcard or a regular expression, between texts that repeat with it. */
export interface GroupPart {
  readonly kind: 'group';
  readonly prefix: string;
  /** `segment`: one or more characters up to the next delimiter. `any`: any characters. */
  readonly matches: 'segment' | 'any' | { readonly regexp: string };
  readonly suffix: string;
  readonly modifier: Modifier;
}

export type Modifier = '' | '?' | '+' | '*';

const NAME = /:[\p{ID_Start}$_][\p{ID_Continue}$\u200C\u200D]*/uy;
const MODIFIER = /[?+*]/y;
const ASTERISK = /\*/y;
const ESCAPED = /\\([^])/y;
/** Any character but those that start a group, a name or an escape. */
const CHARACTER = /[^{}(:*?+\\]|:/y;

/**
 * Parses one component as a `URLPattern` returns it: it has checked the syntax, and has canonicalized the fixed texts.
 *
 * @param prefix the character that repeats with the group after it: `/` in the path of a URL such as `https:`.
 * @param delimiter the character that ends a segment.
 * @throws UnsupportedPattern its modifiers are ambiguous.
 */
export function parseComponent(source: string, prefix: string, delimiter: string): readonly Part[] {
  return new ComponentParser(source, prefix, delimiter).parse();
}

class ComponentParser {
  #at = 0;
  #text = '';
  readonly #parts: Part[] = [];

  constructor(
    private readonly source: string,
    private readonly prefix: string,
    private readonly delimiter: string,
  ) {}

  parse(): readonly Part[] {
    while (this.#at < this.source.length) this.#next();
    this.#endText();
    return this.#parts;
  }

  #next(): void {
    if (this.source[this.#at] === '{') return this.#braces();
    // A name takes precedence over a colon.
    if (this.#group('')) return;
    const escaped = this.#take(ESCAPED);
    if (escaped) {
      this.#text += escaped[1]!;
      return;
    }
    const character = this.#take(CHARACTER)?.[0];
    // `URLPattern` writes a wildcard and an optional one after it as `**?`.
    if (character === undefined) throw new UnsupportedPattern('a wildcard next to another');
    if (character === this.prefix && this.#group(character)) return;
    this.#text += character;
  }

  /** Takes a wildcard or a regular expression, with its modifier, if one is next. */
  #group(prefix: string): boolean {
    const matches = this.#matcher();
    if (matches !== undefined) this.#addGroup(prefix, matches, '');
    return matches !== undefined;
  }

  #braces(): void {
    this.#at++;
    const prefix = this.#plainText();
    const matches = this.#matcher();
    const suffix = this.#plainText();
    this.#at++;
    if (matches !== undefined) return this.#addGroup(prefix, matches, suffix);
    const modifier = this.#modifier();
    if (modifier === '') {
      this.#text += prefix;
      return;
    }
    this.#endText();
    if (prefix !== '') this.#parts.push({ kind: 'fixed', text: prefix, modifier });
  }

  #addGroup(prefix: string, matches: GroupPart['matches'], suffix: string): void {
    this.#endText();
    const modifier = this.#modifier();
    this.#parts.push({ kind: 'group', prefix, matches, suffix, modifier });
  }

  #matcher(): GroupPart['matches'] | undefined {
    const isNamed = this.#take(NAME) !== undefined;
    if (this.source[this.#at] === '(') return this.#regexp();
    if (isNamed) return 'segment';
    return this.#take(ASTERISK) && 'any';
  }

  #regexp(): GroupPart['matches'] {
    const start = this.#at + 1;
    let depth = 0;
    do {
      const character = this.source[this.#at];
      if (character === '\\') this.#at++;
      else if (character === '(') depth++;
      else if (character === ')') depth--;
      this.#at++;
    } while (depth > 0 && this.#at < this.source.length);
    const regexp = this.source.slice(start, this.#at - 1);
    if (regexp === '.*') return 'any';
    return regexp === `[^${this.delimiter && `\\${this.delimiter}`}]+?` ? 'segment' : { regexp };
  }

  #plainText(): string {
    let text = '';
    for (;;) {
      if (this.source[this.#at] === ':' && this.#peeksName()) return text;
      const taken = this.#take(ESCAPED) ?? this.#take(CHARACTER);
      if (!taken) return text;
      text += taken[1] ?? taken[0];
    }
  }

  #peeksName(): boolean {
    NAME.lastIndex = this.#at;
    return NAME.test(this.source);
  }

  #modifier(): Modifier {
    return (this.#take(MODIFIER)?.[0] ?? '') as Modifier;
  }

  #endText(): void {
    if (this.#text !== '') this.#parts.push({ kind: 'fixed', text: this.#text, modifier: '' });
    this.#text = '';
  }

  #take(form: RegExp): RegExpExecArray | undefined {
    form.lastIndex = this.#at;
    const found = form.exec(this.source);
    if (!found) return undefined;
    this.#at = form.lastIndex;
    return found;
  }
}
