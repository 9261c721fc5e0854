import { UnsupportedPattern } from './component-pattern.js';
import {
  ANY_CHARACTER,
  type Assertion,
  characters,
  type Expression,
  literal,
  repeat,
  sequence,
  setOf,
} from './expression.js';

/** A group of a regular expression that takes part in no match of its own: `(?:`, or a name that nothing refers to. */
const GROUP = /\(\?(?::|<[^=!][^>]*>)/y;
const QUANTIFIER = /(?:[*+?]|\{(\d+)(,(\d*))?\})\??/y;
const ESCAPE = /\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|u[\dA-Fa-f]{4}|x[\dA-Fa-f]{2}|c[A-Za-z]|[^])/y;
const BACK_REFERENCE = /\\[1-9k]/y;
const ASSERTION = /[$^]|\\[bB]/y;
const ASSERTIONS: Readonly<Record<string, Assertion>> = {
  '^': 'start',
  $: 'end',
  '\\b': 'boundary',
  '\\B': 'no boundary',
};

/**
 * Parses a regular expression of JavaScript (flag `v`, as the URL Pattern Standard requires). Character classes and escapes
 * are not parsed: `RegExp` itself states for each ASCII character whether they include it.
 *
 * @throws UnsupportedPattern it has a lookaround, a back reference, a modifier or a mistake.
 */
export function parseRegExp(source: string): Expression {
  if (!isRegExp(source)) throw new UnsupportedPattern('an invalid regular expression');
  return new RegExpParser(source).choice();
}

class RegExpParser {
  #at = 0;

  constructor(private readonly source: string) {}

  choice(): Expression {
    const options = [this.#sequence()];
    while (this.source[this.#at] === '|') {
      this.#at++;
      options.push(this.#sequence());
    }
    return options.length === 1 ? options[0]! : { kind: 'choice', options };
  }

  #sequence(): Expression {
    const parts: Expression[] = [];
    while (this.#at < this.source.length && !'|)'.includes(this.source[this.#at]!))
      parts.push(this.#term());
    return sequence(...parts);
  }

  #term(): Expression {
    const assertion = this.#take(ASSERTION)?.[0];
    if (assertion !== undefined) return { kind: 'assertion', assertion: ASSERTIONS[assertion]! };
    const atom = this.#atom();
    const quantifier = this.#take(QUANTIFIER);
    if (!quantifier) return atom;
    const [text, min, comma, max] = quantifier;
    if (min === undefined)
      return repeat(atom, text[0] === '+' ? 1 : 0, text[0] === '?' ? 1 : Infinity);
    return repeat(atom, Number(min), comma ? Number(max || Infinity) : Number(min));
  }

  #atom(): Expression {
    if (this.#take(BACK_REFERENCE)) throw new UnsupportedPattern('a back reference');
    const escape = this.#take(ESCAPE);
    if (escape) return characters(included(escape[0]));
    if (this.source[this.#at] === '[') return characters(included(this.#class()));
    if (this.source[this.#at] === '(') return this.#group();
    const [character] = String.fromCodePoint(this.source.codePointAt(this.#at)!);
    this.#at += character!.length;
    return character === '.' ? characters(ANY_CHARACTER) : literal(character!);
  }

  #group(): Expression {
    if (!this.#take(GROUP)) throw new UnsupportedPattern('a lookahead, a lookbehind or a modifier');
    const inner = this.choice();
    this.#at++;
    return inner;
  }

  /** With flag `v`, classes contain classes. */
  #class(): string {
    const start = this.#at;
    let depth = 0;
    do {
      const character = this.source[this.#at]!;
      if (character === '[') depth++;
      else if (character === ']') depth--;
      else if (character === '\\') this.#at++;
      this.#at++;
    } while (depth > 0);
    return this.source.slice(start, this.#at);
  }

  #take(form: RegExp): RegExpExecArray | undefined {
    form.lastIndex = this.#at;
    const found = form.exec(this.source);
    if (!found) return undefined;
    this.#at = form.lastIndex;
    return found;
  }
}

function isRegExp(source: string): boolean {
  try {
    // The parentheses are those of the URL pattern: `\1` may refer to them.
    return Boolean(new RegExp(`(${source})`, 'v'));
  } catch {
    return false;
  }
}

/** The ASCII characters that one character class or escape includes. */
function included(source: string) {
  const form = new RegExp(`^${source}$`, 'v');
  return setOf((character) => form.test(character));
}
