import type { Credentials } from '../credentials.js';
import type { FollowStatus } from '../options.js';
import type { Source, SourceEvents } from '../source.js';
import { Follower } from './follower.js';
import { Leader } from './leader.js';
import { LockLeadership, type Leadership } from './leadership.js';
import type { SharedStreamOptions, SharingTab } from './shared-options.js';
import { type TabBroadcast, TabChannel } from './tab-channel.js';
import { TabEvents } from './tab-events.js';

/** What tabs share: a lock, and a channel. */
export interface TabGroup {
  readonly leadership: Leadership;
  readonly channel: TabBroadcast;
}

/**
 * One stream for all tabs of a browser. One tab leads ({@link Leader}), the others follow ({@link Follower}). The
 * tab's events and cursor stay when its role changes.
 */
export class SharedStream implements Source {
  readonly #tab: SharingTab;
  readonly #leadership: Leadership;
  #role: Leader | Follower | null = null;
  #status: FollowStatus = { state: 'connecting' };
  #closed = false;

  /** @throws TypeError without a `snapshot`: a tab that misses events could not catch up. */
  constructor(
    options: SharedStreamOptions,
    credentials: Credentials,
    events: SourceEvents,
    group: TabGroup = browserTabs(nameOf(options)),
  ) {
    if (!options.snapshot) throw new TypeError('shareTabs requires a snapshot.');
    this.#leadership = group.leadership;
    this.#tab = {
      options,
      credentials,
      channel: new TabChannel(group.channel),
      events: new TabEvents(events, options.cursor ?? null),
      onStatus: (status) => {
        this.#status = status;
        events.onStatus(status);
      },
    };
  }

  get status(): FollowStatus {
    return this.#status;
  }

  get cursor(): string | null {
    return this.#tab.events.cursor;
  }

  get leads(): boolean {
    return this.#role?.leads === true;
  }

  start(): void {
    if (this.#closed) return;
    this.#tab.channel.receive((message) => this.#role?.onMessage(message));
    this.#leadership.stand({
      lead: () => this.#become(() => new Leader(this.#tab)),
      // At the start, and when another tab stole the lock from this one while it was suspended.
      follow: () => this.#become(() => this.#follower()),
    });
  }

  reconnect(): void {
    this.#role?.reconnect();
  }

  close(): void {
    this.#closed = true;
    this.#role?.stop();
    this.#tab.channel.close();
    this.#leadership.resign();
    this.#status = { state: 'closed' };
  }

  #follower(): Follower {
    return new Follower(this.#tab, this.#status, () => this.#leadership.steal());
  }

  #become(role: () => Leader | Follower): void {
    if (this.#closed) return;
    this.#role?.stop();
    this.#role = role();
    this.#role.start();
  }
}

function browserTabs(name: string): TabGroup {
  return { leadership: new LockLeadership(name), channel: new BroadcastChannel(name) };
}

function nameOf({ shareTabs }: SharedStreamOptions): string {
  return typeof shareTabs === 'string' ? shareTabs : shareTabs.name;
}
