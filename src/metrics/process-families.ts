import { performance } from 'node:perf_hooks';
import type { ProcessStatistics } from './process-statistics.js';
import { counter, type Family, gauge, histogram } from './family.js';

/** The figures of one process, under the names that other programs use for them. */
export function processFamilies(statistics: ProcessStatistics, version: string): Family[] {
  return [
    counter('process_cpu_seconds', 'CPU time of all threads.', () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1e6;
    }),
    gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss()),
    gauge('nodejs_memory_bytes', 'Memory of V8, by kind.', () => {
      const { heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage();
      return Object.entries({ heapTotal, heapUsed, external, arrayBuffers }).map(
        ([kind, bytes]) => [{ kind: SNAKE[kind]! }, bytes] as const,
      );
    }),
    counter(
      'nodejs_eventloop_active_seconds',
      'Time in which the event loop was not waiting.',
      () => performance.eventLoopUtilization().active / 1000,
    ),
    histogram(
      'nodejs_eventloop_delay_seconds',
      'How late timers are, measured every 20 ms.',
      () => statistics.loopDelays,
    ),
    histogram('nodejs_gc_duration_seconds', 'Garbage collections, by kind.', () =>
      Array.from(statistics.collections, ([kind, durations]) => [{ kind }, durations] as const),
    ),
    gauge(
      'carillon_build_info',
      'The versions of Carillon and Node.',
      () => [[{ version, node: process.version }, 1]],
      'max',
    ),
  ];
}

const SNAKE: Readonly<Record<string, string>> = {
  heapTotal: 'heap_total',
  heapUsed: 'heap_used',
  external: 'external',
  arrayBuffers: 'array_buffers',
};

/** The processes of a server. A single process is always the only one. */
export interface Processes {
  /** Processes whose figures are up to date. */
  readonly reporting: number;
  /** Processes that did not report in time. Their last counters are included, their gauges are not. */
  readonly silent: number;
  /** Processes that have ended. */
  readonly exits: { readonly crashed: number; readonly stopped: number };
}

/** The figures of the process that writes the metrics. */
export const serverFamilies = ({ reporting, silent, exits }: Processes): Family[] => [
  gauge('carillon_processes', 'Processes of this server, by whether they reported in time.', () => [
    [{ state: 'reporting' }, reporting],
    [{ state: 'silent' }, silent],
  ]),
  counter('carillon_process_exits', 'Processes that have ended and were replaced.', () => [
    [{ kind: 'crashed' }, exits.crashed],
    [{ kind: 'stopped' }, exits.stopped],
  ]),
  gauge('process_start_time_seconds', 'When this server was started, in seconds since 1970.', () =>
    Math.round(performance.timeOrigin / 1000),
  ),
];
