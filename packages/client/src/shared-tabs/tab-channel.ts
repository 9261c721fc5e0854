import type { TabMessage } from './tab-message.js';

/** Reaches all tabs but the sender. */
export type TabBroadcast = Pick<BroadcastChannel, 'postMessage' | 'close'> & {
  onmessage: ((message: MessageEvent<TabMessage>) => void) | null;
};

type Outgoing = TabMessage extends infer Each
  ? Each extends unknown
    ? Omit<Each, 'from'>
    : never
  : never;

/** The messages of one tab. */
export class TabChannel {
  readonly #broadcast: TabBroadcast;
  readonly #me = tabId();
  #closed = false;

  constructor(broadcast: TabBroadcast) {
    this.#broadcast = broadcast;
  }

  /** Receives the messages to this tab and to all. */
  receive(onMessage: (message: TabMessage) => void): void {
    this.#broadcast.onmessage = ({ data }) => {
      const isForOther = data.to !== undefined && data.to !== this.#me;
      if (!this.#closed && !isForOther) onMessage(data);
    };
  }

  send(message: Outgoing): void {
    if (!this.#closed) this.#broadcast.postMessage({ ...message, from: this.#me });
  }

  close(): void {
    this.#closed = true;
    this.#broadcast.close();
  }
}

/** Without `crypto.randomUUID`, which a page over plain HTTP does not have. */
function tabId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(36)).join(
    '-',
  );
}
