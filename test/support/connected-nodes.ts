import { UnitOfWork } from '@carillon/nestjs';
import { EventFeed } from '@carillon/nestjs/internal';
import type { RunningApplication } from './application.js';

/**
 * Lets a commit of one node wake the others, as processes of one cluster do. Nodes inside one process have no other way
 * to notify each other of a SQLite file, and would poll it once a second.
 */
export function connectNodes(...nodes: readonly RunningApplication[]): void {
  for (const node of nodes)
    node.app.get(UnitOfWork, { strict: false }).committed.subscribe(() => {
      for (const other of nodes) if (other !== node) wake(other);
    });
}

/** A feed that cannot be read logs that itself, and polls. */
function wake({ app }: RunningApplication): void {
  app
    .get(EventFeed, { strict: false })
    .wake()
    .catch(() => undefined);
}
