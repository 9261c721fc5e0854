import type { FollowError } from '../errors.js';
import { Failures } from '../failures.js';
import type { FollowStatus } from '../options.js';
import { readSnapshot } from '../read-snapshot.js';
import { recoveryFrom } from '../recovery.js';
import { SilenceTimeout } from '../silence-timeout.js';
import { after } from '../timer.js';
import { ANSWER, type SharingTab } from './shared-options.js';

export interface FollowerSnapshotEvents {
  readonly onRead: () => void;
  readonly onStatus: () => void;
}

/** The snapshot of a tab that follows: its own request, with retries and `onError` as for a stream. */
export class FollowerSnapshot {
  readonly #tab: SharingTab;
  readonly #events: FollowerSnapshotEvents;
  readonly #failures: Failures;
  readonly #timeout: SilenceTimeout;
  #status: FollowStatus | null = null;
  /** Ends the request, or the wait for the next one. */
  #stop = () => {};
  #readAt = 0;
  #recovered = false;

  constructor(tab: SharingTab, events: FollowerSnapshotEvents) {
    this.#tab = tab;
    this.#events = events;
    const { retry = 1_000, silence } = tab.options;
    this.#failures = new Failures(tab.credentials, retry);
    this.#timeout = new SilenceTimeout({ base: silence });
  }

  /** The status of a tab without a snapshot; `null` if the tab has one. */
  get status(): FollowStatus | null {
    return this.#status;
  }

  get isFailing(): boolean {
    return this.#status !== null && this.#status.state !== 'connecting';
  }

  read(): void {
    this.#stop();
    this.#tab.events.startAt(null);
    this.#readAt = Date.now();
    this.#stop = readSnapshot(this.#tab.options.snapshot!, this.#tab.credentials, this.#timeout, {
      onRead: (cursor) => this.#onRead(cursor),
      onError: (error) => this.#onError(error),
    });
    this.#report({ state: 'connecting' });
  }

  /** Not over and over, while the leader has yet to receive what this tab has read. */
  readSoon(): void {
    this.#stop();
    this.#tab.events.startAt(null);
    this.#stop = after(this.#readAt + ANSWER - Date.now(), () => this.read());
    this.#report({ state: 'connecting' });
  }

  stop(): void {
    this.#stop();
  }

  #onRead(cursor: string): void {
    this.#tab.events.startAt(cursor);
    this.#succeed();
  }

  #succeed(): void {
    this.#failures.succeeded();
    this.#recovered = false;
    this.#events.onRead();
    this.#report(null);
  }

  #onError(error: FollowError): void {
    if (error.isTemporary) return this.#retry(error);
    if (this.#failures.refused(error) === 'renewed') this.read();
    else void this.#askApplication(error);
  }

  #retry(error: FollowError): void {
    this.#failures.ended(error);
    const delay = this.#failures.nextDelay();
    this.#stop = after(delay, () => this.read());
    this.#report({ state: 'reconnecting', retryAt: Date.now() + delay, error });
  }

  async #askApplication(error: FollowError): Promise<void> {
    let asked = true;
    this.#stop = () => (asked = false);
    const recovery = await recoveryFrom(error, this.#tab.options.onError);
    if (!asked) return;
    if (!recovery) return this.#report({ state: 'failed', error });
    this.#tab.credentials.update(recovery);
    if (recovery.cursor) return this.#onRead(recovery.cursor);
    // The second time in a row it waits, so that it does not spin.
    if (this.#recovered) return this.#retry(error);
    this.#recovered = true;
    this.read();
  }

  #report(status: FollowStatus | null): void {
    this.#status = status;
    this.#events.onStatus();
  }
}
