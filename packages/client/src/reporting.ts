/** Calls the application. What it throws is reported, and changes nothing. */
export function reporting<Result>(name: string, call: () => Result): Result | undefined {
  try {
    return call();
  } catch (thrown) {
    console.error(`${name} threw`, thrown);
    return undefined;
  }
}
