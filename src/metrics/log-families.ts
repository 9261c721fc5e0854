import type { Statistics } from '@carillon/nestjs';
import { counter, type Family, gauge, histogram } from './family.js';

export function logFamilies(statistics: Statistics): Family[] {
  const { commits } = statistics;
  return [
    gauge(
      'carillon_log_head',
      'Position of the last event that was delivered.',
      () => statistics.head,
      'max',
    ),
    counter('carillon_log_events', 'Events that this server recorded.', () => commits.events),
    // Its count is the number of commits, its sum the number of commands.
    histogram('carillon_commit_commands', 'Commands in one commit.', () => commits.commands),
    counter('carillon_commit_failures', 'Transactions that failed.', () => commits.failures),
    counter(
      'carillon_command_conflicts',
      'Commands that ran again because of a lock of another transaction.',
      () => commits.conflicts,
    ),
    histogram(
      'carillon_commit_duration_seconds',
      'Time from appending events until the transaction is on disk.',
      () => commits.durations,
    ),
    histogram(
      'carillon_commit_wait_seconds',
      'Longest time that a command of a transaction waited for its start.',
      () => commits.waits,
    ),
    ...databaseFamilies(statistics),
  ];
}

/** SQLite has flushes and no pool, PostgreSQL the opposite. */
function databaseFamilies(statistics: Statistics): Family[] {
  return [
    histogram(
      'carillon_flush_duration_seconds',
      'Duration of a flush of the write-ahead log of SQLite.',
      () => statistics.connections.flushes ?? [],
    ),
    gauge('carillon_database_connections', 'Connections to PostgreSQL, by state.', () => {
      const { pool } = statistics.connections;
      if (!pool) return [];
      return [
        [{ state: 'idle' }, pool.idle],
        [{ state: 'used' }, pool.open - pool.idle],
      ];
    }),
    gauge(
      'carillon_database_connections_limit',
      'Connections to PostgreSQL that can be open.',
      () => statistics.connections.pool?.maximum ?? [],
    ),
  ];
}
