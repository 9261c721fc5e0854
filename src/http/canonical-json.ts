/**
 * Serializes a JSON value independently of the order of its members: they are sorted as in RFC 8785, 3.2.3. A missing
 * body is `null`.
 *
 * @param value a value of limited depth, such as a parsed body.
 */
export const canonicalJson = (value: unknown): string => JSON.stringify(sorted(value ?? null));

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  // Uses pairs: an object would sort numeric names first, and cannot have a member named __proto__.
  const members = Object.entries(value).map(([name, member]) => [name, sorted(member)] as const);
  return { members: members.toSorted(([one], [other]) => (one < other ? -1 : 1)) };
}
