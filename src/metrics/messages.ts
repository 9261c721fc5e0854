import type { Report } from './family.js';

/** What the processes of a server say to each other about metrics. */
export type MetricsMessage =
  /** The supervisor asks a process for its report. */
  | { readonly metrics: 'ask'; readonly id: number }
  /** A process reports: when it has started and before it ends with id 0, otherwise the answer to a question. */
  | { readonly metrics: 'report'; readonly id: number; readonly report: Report }
  /** A process asks the supervisor for the metrics of all. */
  | { readonly metrics: 'read'; readonly id: number }
  | { readonly metrics: 'text'; readonly id: number; readonly text: string };

/** Other parts of the server, and the process manager, send messages, too. */
export const isMetricsMessage = (message: unknown): message is MetricsMessage =>
  typeof message === 'object' && message !== null && 'metrics' in message;
