import { Histogram, SECONDS } from '../engine/histogram.js';

/** Counts the commits of this process. Times are in seconds. */
export class CommitStatistics {
  /** Commands in each commit. Its sum is the number of commands that were carried out. */
  readonly commands = new Histogram([1, 2, 4, 8, 16, 32, 64, 128, 256]);
  /** From appending the events until the transaction is on disk. */
  readonly durations = new Histogram(SECONDS);
  /** How long the first command of each transaction waited for it. */
  readonly waits = new Histogram(SECONDS);
  /** Events that were appended to the log. */
  events = 0;
  /** Transactions that could not be started, or failed with their commands. Not those whose commands run again. */
  failures = 0;
  /** Commands that ran again, because another transaction held a lock that they needed. */
  conflicts = 0;
  /** Commands that were refused, because too many were waiting. */
  refused = 0;

  /** @param began as `performance.now()`. */
  committed(commands: number, events: number, began: number): void {
    this.commands.observe(commands);
    this.durations.observe((performance.now() - began) / 1000);
    this.events += events;
  }
}
