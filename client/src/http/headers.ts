/** @throws Error if the header is missing */
export function required(headers: Headers, name: string): string {
  const value = headers.get(name);
  if (value === null) throw new Error(`The response has no ${name} header`);
  return value;
}
