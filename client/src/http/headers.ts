/** @throws Error where the server broke its word */
export function required(headers: Headers, name: string): string {
  const value = headers.get(name);
  if (value === null) throw new Error(`The answer has no ${name} header`);
  return value;
}
