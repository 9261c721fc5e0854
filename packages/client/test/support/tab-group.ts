import type { Leadership, LeadershipEvents } from '../../src/shared-tabs/leadership.js';
import type { TabGroup } from '../../src/shared-tabs/shared-stream.js';
import type { TabBroadcast } from '../../src/shared-tabs/tab-channel.js';
import type { TabMessage } from '../../src/shared-tabs/tab-message.js';

/** A tab of {@link FakeTabs}. While it is suspended, nothing reaches it: no message, no lock, no byte. */
export class FakeTab implements Leadership {
  suspended = false;
  readonly inbox: TabMessage[] = [];
  events: LeadershipEvents | null = null;
  readonly #tabs: FakeTabs;
  /** What happened while it was suspended. */
  #pending: (() => void)[] = [];
  readonly channel: TabBroadcast = {
    onmessage: null,
    postMessage: (message: TabMessage) => this.run(() => this.#tabs.post(this, message)),
    close: () => this.inbox.splice(0),
  };

  constructor(tabs: FakeTabs) {
    this.#tabs = tabs;
  }

  get group(): TabGroup {
    return { leadership: this, channel: this.channel };
  }

  stand(events: LeadershipEvents): void {
    this.events = events;
    this.#tabs.stand(this);
  }

  steal(): void {
    this.run(() => this.#tabs.steal(this));
  }

  resign(): void {
    this.#tabs.leave(this);
  }

  /** Runs now, or when the tab is resumed. */
  run(act: () => void): void {
    if (this.suspended) this.#pending.push(act);
    else act();
  }

  resume(): void {
    this.suspended = false;
    for (const act of this.#pending.splice(0)) act();
  }

  /** Delivers the oldest messages. */
  deliver(count: number): void {
    if (this.suspended) return;
    for (const message of this.inbox.splice(0, count)) {
      const data = this.#tabs.change(message, this);
      this.channel.onmessage?.({ data } as MessageEvent<TabMessage>);
    }
  }
}

/** The lock and the channel of the tabs of one browser, under the control of a test. */
export class FakeTabs {
  readonly tabs: FakeTab[] = [];
  #holder: FakeTab | null = null;
  #waiting: FakeTab[] = [];

  /** @param change a message on its arrival, to plant a bug. */
  constructor(
    readonly change: (message: TabMessage, to: FakeTab) => TabMessage = (message) => message,
  ) {}

  join(): FakeTab {
    const tab = new FakeTab(this);
    this.tabs.push(tab);
    return tab;
  }

  post(from: FakeTab, message: TabMessage): void {
    for (const tab of this.tabs) if (tab !== from) tab.inbox.push(structuredClone(message));
  }

  stand(tab: FakeTab): void {
    if (this.#holder) this.#wait(tab);
    else this.#grant(tab);
  }

  steal(tab: FakeTab): void {
    const robbed = this.#holder;
    this.#waiting = this.#waiting.filter((other) => other !== tab);
    this.#grant(tab);
    if (robbed && robbed !== tab) this.#wait(robbed);
  }

  leave(tab: FakeTab): void {
    this.tabs.splice(this.tabs.indexOf(tab), 1);
    this.#waiting = this.#waiting.filter((other) => other !== tab);
    if (this.#holder !== tab) return;
    this.#holder = null;
    const next = this.#waiting.shift();
    if (next) this.#grant(next);
  }

  #grant(tab: FakeTab): void {
    this.#holder = tab;
    tab.run(() => tab.events!.lead());
  }

  #wait(tab: FakeTab): void {
    this.#waiting.push(tab);
    tab.run(() => tab.events!.follow());
  }
}
