import type { FollowStatus } from '../options.js';
import { watchPage } from '../page-signals.js';
import { FollowerSnapshot } from './follower-snapshot.js';
import { LeaderWatch } from './leader-watch.js';
import { continuityOf, type SharedEvent } from './recent-events.js';
import { ANSWER, type SharingTab } from './shared-options.js';
import { received, type TabMessage } from './tab-message.js';

/**
 * A tab that another tab leads. It sees for itself which events it has already and whether one is missing. It asks
 * the leader for what is missing; if the leader no longer has it, the tab reads the snapshot again.
 */
export class Follower {
  readonly leads = false;
  readonly #tab: SharingTab;
  readonly #watch: LeaderWatch;
  readonly #unwatchPage: () => void;
  readonly #snapshot: FollowerSnapshot;
  #leaderStatus: FollowStatus;
  #askedAt = 0;
  #stopped = false;

  /** @param status of this tab before; it stays until the leader answers. */
  constructor(tab: SharingTab, status: FollowStatus, steal: () => void) {
    this.#tab = tab;
    this.#leaderStatus = status;
    this.#watch = new LeaderWatch({
      // Before a heartbeat is due: a question costs nothing on the network, and the status is that of the leader.
      limit: (tab.options.heartbeat ?? 15_000) / 3,
      // The page of the leader may be busy.
      answer: 3 * ANSWER,
      isVisible: () => typeof document === 'undefined' || !document.hidden,
      ask: () => tab.channel.send({ kind: 'since', cursor: tab.events.cursor }),
      onSilence: steal,
    });
    this.#unwatchPage = watchPage({ shown: () => this.#watch.shown() });
    this.#snapshot = new FollowerSnapshot(tab, {
      onRead: () => this.#onRead(),
      onStatus: () => this.#report(),
    });
  }

  start(): void {
    this.#watch.start();
    if (this.#tab.events.cursor === null) this.#snapshot.read();
    else this.#ask();
  }

  reconnect(): void {
    if (this.#snapshot.isFailing) this.#snapshot.read();
    this.#tab.channel.send({ kind: 'reconnect' });
  }

  stop(): void {
    this.#stopped = true;
    this.#unwatchPage();
    this.#watch.stop();
    this.#snapshot.stop();
  }

  onMessage(message: TabMessage): void {
    // Those are to the leader, from a tab that follows too.
    if (message.kind === 'since' || message.kind === 'reconnect') return;
    this.#watch.received();
    if (message.kind === 'events') this.#take(message.events);
    if (message.kind === 'transient' || message.kind === 'welcome') this.#takeTransient(message);
    if (message.kind === 'status') this.#onLeaderStatus(received(message.status));
    if (message.kind === 'leading') this.#ask();
    if (message.kind === 'restarted') this.#snapshot.read();
    if (message.kind === 'unknown') this.#snapshot.readSoon();
  }

  #take(events: readonly SharedEvent[]): void {
    this.#askedAt = 0;
    for (const event of events) {
      const { cursor } = this.#tab.events;
      // The snapshot is being read; afterwards this tab asks for the events since. Or a handler closed the stream.
      if (cursor === null || this.#stopped) return;
      const continuity = continuityOf(event, cursor);
      if (continuity === 'unknown') return this.#snapshot.readSoon();
      if (continuity === 'gap') return this.#ask();
      if (continuity === 'next') this.#attempt(() => this.#tab.events.apply(event));
    }
  }

  #takeTransient(message: TabMessage & { readonly kind: 'transient' | 'welcome' }): void {
    const { type } = message;
    const content = message.kind === 'welcome' ? { value: message.value } : { text: message.text };
    this.#attempt(() => this.#tab.events.applyTransient({ type, ...content }));
  }

  #attempt(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (this.#stopped) return;
      console.error('An event could not be handled', error);
      this.#snapshot.read();
    }
  }

  #ask(): void {
    const { cursor } = this.#tab.events;
    if (cursor === null || Date.now() - this.#askedAt < ANSWER) return;
    this.#askedAt = Date.now();
    this.#tab.channel.send({ kind: 'since', cursor });
  }

  #onRead(): void {
    this.#askedAt = 0;
    this.#ask();
  }

  #onLeaderStatus(status: FollowStatus): void {
    this.#leaderStatus = status;
    if (this.#snapshot.status === null) this.#report();
  }

  #report(): void {
    this.#tab.onStatus(this.#snapshot.status ?? this.#leaderStatus);
  }
}
