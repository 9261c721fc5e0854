/**
 * The same text for the same JSON value, whatever the order of its members: they are sorted as RFC 8785, 3.2.3 says. No body
 * at all is `null`.
 *
 * @param value of a bounded depth, as that of a body is.
 */
export const canonicalJson = (value: unknown): string => JSON.stringify(sorted(value ?? null));

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  // As pairs: an object would put members whose names are numbers first, and could not have one named __proto__.
  const members = Object.entries(value).map(([name, member]) => [name, sorted(member)] as const);
  return { members: members.toSorted(([one], [other]) => (one < other ? -1 : 1)) };
}
