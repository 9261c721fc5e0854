/** The maximum number of values. Above this limit, all are dropped. */
const MAX_VALUES = 1000;
/** The maximum length of a text in UTF-16 code units. A client chooses it, so values of longer ones are not kept. */
const MAX_LENGTH = 100;

/** Remembers the values of a pure function that takes some microseconds and is mostly called with the same few texts. */
export function remembering<T>(compute: (text: string) => T): (text: string) => T {
  const known = new Map<string, { readonly value: T }>();
  return (text) => {
    const found = known.get(text);
    if (found) return found.value;
    const value = compute(text);
    if (text.length > MAX_LENGTH) return value;
    if (known.size >= MAX_VALUES) known.clear();
    known.set(text, { value });
    return value;
  };
}
