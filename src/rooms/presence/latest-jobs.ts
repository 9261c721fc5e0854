type Job = () => Promise<void>;

/**
 * Runs jobs one after another. A job that is enqueued again while it waits runs once, in the later place, so its result is
 * based on the latest state.
 */
export class LatestJobs {
  readonly #waiting = new Map<string, Job>();
  readonly #failed = new Map<string, Job>();
  #running = false;
  #round: Promise<void> | undefined;
  #stopped = false;

  /** @param onError is called when a job fails. The job is kept for `retryFailed`. */
  constructor(private readonly onError: (error: unknown) => void) {}

  /** Does nothing after `stop`. */
  add(name: string, job: Job): void {
    if (this.#stopped) return;
    this.#waiting.delete(name);
    this.#waiting.set(name, job);
    if (!this.#running) this.#round = this.#run();
  }

  /** Enqueues the jobs that have failed since the last call. */
  retryFailed(): void {
    const failed = [...this.#failed];
    this.#failed.clear();
    for (const [name, job] of failed) this.add(name, job);
  }

  /** Drops the jobs that wait. Resolves when the running job, if there is one, has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting.clear();
    await this.#round;
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (const [name, job] of this.#waiting) {
      this.#waiting.delete(name);
      try {
        await job();
      } catch (error) {
        this.#failed.set(name, job);
        this.onError(error);
      }
    }
    this.#running = false;
  }
}
