import type { Statistics } from '@carillon/nestjs';
import type { RequestStatistics } from '../http/request-statistics.js';
import { byLabel, counter, type Family, gauge } from './family.js';

/** What waits, and what was refused because too much was waiting. */
export function loadFamilies(
  statistics: Statistics,
  requests: RequestStatistics,
  hashesWaiting: () => number,
): Family[] {
  return [
    gauge('carillon_queue_length', 'Work that waits, by queue.', () => {
      const { replayReads, longReads, ...queues } = statistics.queues;
      const others = {
        replay_reads: replayReads,
        long_reads: longReads,
        database_connections: statistics.connections.pool?.waiting ?? 0,
        password_hashes: hashesWaiting(),
      };
      return byLabel('queue', { ...queues, ...others });
    }),
    counter(
      'carillon_limits_exceeded',
      'Refusals because of a limit, by its setting or name.',
      () => byLabel('limit', { ...limitsOfEngine(statistics), ...requests.limits }),
    ),
  ];
}

const limitsOfEngine = ({ streams, commits, refusedReads }: Statistics) => ({
  STREAM_MAX: streams.limits.max,
  STREAM_MAX_PER_ADDRESS: streams.limits.maxPerNetwork,
  STREAM_MAX_PER_USER: streams.limits.maxPerUser,
  STREAM_ANONYMOUS_REPLAY: streams.limits.anonymousReplay,
  STREAM_BACKLOG_BYTES: streams.closes.backlog,
  COMMANDS_WAITING_MAX: commits.refused,
  long_reads: refusedReads,
});
