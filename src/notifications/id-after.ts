/** The candidate, or the successor of the last id if that is not smaller: the clock of its node was ahead. */
export function idAfter(last: string, candidate: string): string {
  if (candidate > last) return candidate;
  const hex = (BigInt(`0x${last.replaceAll('-', '')}`) + 1n).toString(16).padStart(32, '0');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
