import type { Schema } from '../../api/api.js';
import { readAll } from '../../http/read.js';
import { request } from '../../http/request.js';
import type { EventName, StreamEvent } from '../../store/events.js';
import type { Slice } from '../../store/state.js';

/** The ids of the users whom this user blocks. */
export type Blocks = ReadonlySet<string>;

export const blockEvents = ['block.added', 'block.removed'] as const satisfies readonly EventName[];

export const blocks: Slice<Blocks> = {
  name: 'blocks',
  initial: new Set(),
  fold: foldBlocks,
  read: async (signal) => {
    const { body, cursor } = await readAll<Schema<'Block'>>('/api/me/blocks?limit=1000', signal);
    return { body: new Set(body.map(({ userId }) => userId)), cursor };
  },
};

function foldBlocks(known: Blocks, { name, data }: StreamEvent): Blocks {
  if (name === 'block.added') return new Set(known).add(data.userId);
  if (name !== 'block.removed') return known;
  return new Set([...known].filter((id) => id !== data.userId));
}

export async function blockUser(userId: string): Promise<void> {
  await request(`/api/me/blocks/${encodeURIComponent(userId)}`, { method: 'PUT' });
}

export async function unblockUser(userId: string): Promise<void> {
  await request(`/api/me/blocks/${encodeURIComponent(userId)}`, { method: 'DELETE' });
}
