import cluster, { type Worker } from 'node:cluster';
import type { ProcessMessage } from './process-message.js';

/**
 * Forwards commit notifications and transient events between the workers of this cluster. Without it, a worker on SQLite
 * notices the commits of the others within a second, and does not receive their transient events. PostgreSQL forwards
 * them itself.
 *
 * Call it once in the primary process. A second call changes nothing. Other messages of the workers are left alone.
 *
 * @throws Error this is not the primary process.
 */
export function forwardNotifications(): void {
  if (!cluster.isPrimary)
    throw new Error(
      'forwardNotifications() was called in a worker. Call it in the primary process.',
    );
  if (!cluster.listeners('message').includes(forward)) cluster.on('message', forward);
}

function forward(from: Worker, message: unknown): void {
  if (!isNotification(message)) return;
  for (const worker of Object.values(cluster.workers ?? {}))
    // Without a callback, sending to a worker that has just died would emit an error that ends this process.
    if (worker && worker !== from && worker.isConnected()) worker.send(message, () => {});
}

const isNotification = (message: unknown): message is ProcessMessage =>
  typeof message === 'object' && message !== null && 'carillon' in message;
