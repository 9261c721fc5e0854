import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ModulesContainer } from '@nestjs/core';
import type { Engine } from '../engine/database.js';

/** In the order in which Nest creates what a module lists. */
const KINDS = ['providers', 'injectables', 'controllers'] as const;

type Module = ModulesContainer extends Map<string, infer M> ? M : never;

/**
 * Closes the engine when another provider or controller of the application cannot be created. Nest calls no shutdown hook
 * then, and the open connections would keep the process running.
 *
 * @param modules those of the application, while Nest creates their providers.
 */
export function closeIfCreationFails(engine: Engine, modules: ModulesContainer): void {
  Promise.all([...modules.values()].map(created)).catch(() => engine.close());
}

/** @throws what one of them threw. */
async function created(module: Module): Promise<void> {
  for (const kind of KINDS) {
    await Promise.all([...module[kind].values()].map(settled));
    // Nest starts the next kind in this turn.
    await nextTurn();
  }
}

/** What Nest keeps of a provider that it has begun to create: its signal resolves with the error, if any. */
type Wrapper = { settlementSignal?: { asPromise(): Promise<unknown> } };

async function settled({ settlementSignal }: Wrapper): Promise<void> {
  const error = await settlementSignal?.asPromise();
  if (error) throw error;
}
