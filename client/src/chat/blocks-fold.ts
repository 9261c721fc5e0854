import type { Fact } from './facts.js';

/** The ids of the users whom I block. */
export type Blocks = ReadonlySet<string>;

export function foldBlocks(blocks: Blocks, { name, data }: Fact): Blocks {
  if (name === 'block.added') return new Set(blocks).add(data.userId);
  if (name !== 'block.removed') return blocks;
  return new Set([...blocks].filter((id) => id !== data.userId));
}
