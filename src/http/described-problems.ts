import type { Operation } from './described-operations.js';
import { problemResponse } from './documented.js';
import { exampleWith } from './problem-examples.js';
import { PROBLEM_TYPE, type ProblemCode, PROBLEMS } from './problems.js';

/**
 * Adds a problem to an operation that does not describe it yet.
 *
 * @param detail what is wrong.
 */
export function addProblem(operation: Operation, code: ProblemCode, detail: string): void {
  const { status } = PROBLEMS[code];
  const added = problemResponse([code], () => exampleWith(code, detail));
  const described = operation.responses[status] as typeof added | undefined;
  if (!described) {
    operation.responses[status] = added;
    return;
  }
  const { examples } = described.content[PROBLEM_TYPE];
  if (code in examples) return;
  described.description += ` ${added.description}`;
  Object.assign(examples, added.content[PROBLEM_TYPE].examples);
}
