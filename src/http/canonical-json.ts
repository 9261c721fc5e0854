import { Problem } from './problems.js';

/** Levels of a body; no body of the API has more than three. */
const DEEPEST = 64;

/**
 * The same text for the same JSON value, whatever the order of its members: they are sorted as RFC 8785, 3.2.3 says. No body
 * at all is `null`.
 *
 * @throws Problem `malformed-request`: the value is nested so deeply that recursion could exhaust the stack.
 */
export const canonicalJson = (value: unknown): string => JSON.stringify(sorted(value ?? null, 0));

function sorted(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEEPEST)
    throw new Problem('malformed-request', `The body has more than ${DEEPEST} levels.`);
  if (Array.isArray(value)) return value.map((element) => sorted(element, depth + 1));
  // As pairs: an object would put members whose names are numbers first, and could not have one named __proto__.
  const members = Object.entries(value).map(
    ([name, member]) => [name, sorted(member, depth + 1)] as const,
  );
  return { members: members.toSorted(([one], [other]) => (one < other ? -1 : 1)) };
}
