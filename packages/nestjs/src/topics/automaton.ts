import type { Assertion, CharacterSet, Expression } from './expression.js';

/** Instructions of one automaton. Repetitions such as `{100}` count as often as they repeat. */
const MAX_SIZE = 1000;

/** An expression is too large. */
export class TooComplex extends Error {}

/** `to` and `other` are the instructions that follow. */
type Instruction =
  | { readonly kind: 'characters'; readonly set: CharacterSet; to: number }
  | { readonly kind: 'assertion'; readonly assertion: Assertion; to: number }
  | { readonly kind: 'fork'; to: number; other: number }
  | { readonly kind: 'match' };

/**
 * Matches whole texts against an expression in linear time: it follows all alternatives at once (Thompson, "Regular
 * Expression Search Algorithm", 1968). A text of n characters takes at most `size` * (n + 1) steps, whatever the
 * expression is, and no memory that grows.
 */
export class Automaton {
  readonly #program: Instruction[] = [];
  readonly #start: number;
  /** For each instruction, the last generation that reached it: none is followed twice for one character. */
  readonly #reached: Float64Array;
  #generation = 0;
  #steps = 0;

  /** @throws TooComplex it would have more than 1,000 instructions. */
  constructor(expression: Expression) {
    this.#start = this.#compile(expression, this.#add({ kind: 'match' }));
    this.#reached = new Float64Array(this.size);
  }

  /** The number of instructions. */
  get size(): number {
    return this.#program.length;
  }

  /** The number of instructions that all matches so far have visited. */
  get steps(): number {
    return this.#steps;
  }

  /** @param text ASCII. */
  matches(text: string): boolean {
    let current: CharacterInstruction[] = [];
    let isMatch = this.#follow(this.#start, text, 0, current, ++this.#generation);
    for (let at = 0; at < text.length; at++) {
      if (current.length === 0) return false;
      const next: CharacterInstruction[] = [];
      const generation = ++this.#generation;
      const code = text.charCodeAt(at);
      isMatch = false;
      for (const { set, to } of current)
        if (set[code] === 1 && this.#follow(to, text, at + 1, next, generation)) isMatch = true;
      current = next;
    }
    return isMatch;
  }

  /** Collects the characters that may follow. @returns whether the text may end here. */
  #follow(
    start: number,
    text: string,
    at: number,
    found: CharacterInstruction[],
    generation: number,
  ): boolean {
    let isMatch = false;
    const open = [start];
    for (let index = open.pop(); index !== undefined; index = open.pop()) {
      if (this.#reached[index] === generation) continue;
      this.#reached[index] = generation;
      this.#steps++;
      const instruction = this.#program[index]!;
      if (instruction.kind === 'match') isMatch = true;
      else if (instruction.kind === 'characters') found.push(instruction);
      else if (instruction.kind === 'fork') open.push(instruction.other, instruction.to);
      else if (holds(instruction.assertion, text, at)) open.push(instruction.to);
    }
    return isMatch;
  }

  #add(instruction: Instruction): number {
    if (this.#program.length >= MAX_SIZE) throw new TooComplex();
    return this.#program.push(instruction) - 1;
  }

  /** Adds the instructions of an expression in front of `to`. @returns the first of them. */
  #compile(expression: Expression, to: number): number {
    switch (expression.kind) {
      case 'characters':
        return this.#add({ kind: 'characters', set: expression.set, to });
      case 'assertion':
        return this.#add({ kind: 'assertion', assertion: expression.assertion, to });
      case 'sequence':
        return expression.parts.reduceRight((next, part) => this.#compile(part, next), to);
      case 'choice':
        return expression.options
          .map((option) => this.#compile(option, to))
          .reduce((one, other) => this.#add({ kind: 'fork', to: one, other }));
      case 'repeat':
        return this.#repeat(expression, to);
    }
  }

  #repeat({ part, min, max }: Expression & { kind: 'repeat' }, to: number): number {
    let first = to;
    if (max === Infinity) {
      const fork: Instruction = { kind: 'fork', to, other: to };
      first = this.#add(fork);
      fork.to = this.#compile(part, first);
    } else
      for (let n = min; n < max; n++)
        first = this.#add({ kind: 'fork', to: this.#compile(part, first), other: to });
    for (let n = 0; n < min; n++) first = this.#required(part, first);
    return first;
  }

  /** An empty part adds nothing, so `{1000000}` of it would not reach the limit. */
  #required(part: Expression, to: number): number {
    const index = this.#compile(part, to);
    if (index === to) this.#add({ kind: 'match' });
    return index;
  }
}

type CharacterInstruction = Instruction & { readonly kind: 'characters' };

function holds(assertion: Assertion, text: string, at: number): boolean {
  if (assertion === 'start') return at === 0;
  if (assertion === 'end') return at === text.length;
  const isBoundary = isWord(text, at - 1) !== isWord(text, at);
  return isBoundary === (assertion === 'boundary');
}

const isWord = (text: string, at: number): boolean => /\w/.test(text.charAt(at));
