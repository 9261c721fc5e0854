import { earliestCursor } from '@carillon/client/cursor';
import type { AnySlice, Snapshot } from './state.js';

/** Reads all slices. From `cursor` on, no event is missing for any of them. */
export async function fetchSnapshot(
  slices: readonly AnySlice[],
  signal: AbortSignal,
): Promise<{ snapshot: Snapshot; cursor: string }> {
  const readable = slices.filter(({ read }) => read !== undefined);
  const entries = await Promise.all(
    readable.map(async (slice) => [slice, await slice.read!(signal)] as const),
  );
  const [first, ...others] = entries.map(([, { cursor }]) => cursor);
  if (first === undefined) throw new Error('No feature reads a slice');
  return { snapshot: new Map(entries), cursor: earliestCursor([first, ...others]) };
}
