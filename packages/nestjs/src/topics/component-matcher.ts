import { Automaton } from './automaton.js';
import {
  type ComponentMatcher,
  type GroupPart,
  type Modifier,
  type Part,
  parseComponent,
} from './component-pattern.js';
import { directMatcherOf } from './direct-matcher.js';
import {
  ANY_CHARACTER,
  characters,
  type Expression,
  literal,
  repeat,
  sequence,
  setOf,
} from './expression.js';
import { parseRegExp } from './regexp-parser.js';

/**
 * @param source a component as a `URLPattern` returns it.
 * @param prefix the character that repeats with the group after it; none if it is empty.
 * @param delimiter the character that ends a segment; none if it is empty.
 * @throws UnsupportedPattern, TooComplex it cannot be evaluated in linear time, or would be too large.
 */
export function matcherOf(source: string, prefix: string, delimiter: string): ComponentMatcher {
  const parts = parseComponent(source, prefix, delimiter);
  return directMatcherOf(parts, delimiter) ?? automatonOf(parts, delimiter);
}

function automatonOf(parts: readonly Part[], delimiter: string): ComponentMatcher {
  const automaton = new Automaton(sequence(...parts.map((part) => expressionOf(part, delimiter))));
  const [first] = parts;
  const prefix = first?.kind === 'fixed' && first.modifier === '' ? first.text : '';
  return {
    prefix,
    size: automaton.size,
    matches: (text) => text.startsWith(prefix) && automaton.matches(text),
  };
}

function expressionOf(part: Part, delimiter: string): Expression {
  if (part.kind === 'fixed') return modified(literal(part.text), part.modifier);
  const { modifier } = part;
  const inner = groupExpression(part, delimiter);
  const prefix = literal(part.prefix);
  const suffix = literal(part.suffix);
  const one = sequence(prefix, inner, suffix);
  if (modifier === '' || modifier === '?') return modified(one, modifier);
  // Repeated, the suffix and the prefix stand between two matches.
  const more = repeat(sequence(suffix, prefix, inner), 0, Infinity);
  const all = sequence(prefix, inner, more, suffix);
  return modifier === '+' ? all : modified(all, '?');
}

function groupExpression({ matches }: GroupPart, delimiter: string): Expression {
  if (matches === 'any') return repeat(characters(ANY_CHARACTER), 0, Infinity);
  if (matches !== 'segment') return parseRegExp(matches.regexp);
  return repeat(characters(setOf((character) => character !== delimiter)), 1, Infinity);
}

function modified(expression: Expression, modifier: Modifier): Expression {
  if (modifier === '') return expression;
  return repeat(expression, modifier === '+' ? 1 : 0, modifier === '?' ? 1 : Infinity);
}
