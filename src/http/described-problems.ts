import type { Operation } from './described-operations.js';
import { problemResponse } from './documented.js';
import { documentOf } from './problem-examples.js';
import { type Problem, PROBLEM_TYPE, PROBLEMS } from './problems.js';

/** Adds a problem to an operation, unless it already describes it. */
export function addProblem(operation: Operation, problem: Problem): void {
  const { code } = problem;
  const { status } = PROBLEMS[code];
  const added = problemResponse([code], () => documentOf(problem));
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
