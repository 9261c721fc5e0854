/** The longest delay of a timer, in ms. A timer with a longer one fires at once. */
export const MAX_DELAY = 2 ** 31 - 1;

/** @returns a function that cancels it. */
export function after(milliseconds: number, act: () => void): () => void {
  const timer = setTimeout(act, Math.min(milliseconds, MAX_DELAY));
  return () => clearTimeout(timer);
}
