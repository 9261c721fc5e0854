import { withLineFeeds } from '../../../../src/http/text.js';
import { messageMistake } from '../../../../src/rooms/messages/message-text.js';
import { tabStorage } from '../../state/storage.js';
import type { Slice } from '../../store/state.js';
import type { Store } from '../../store/store.js';
import { type Draft, draftOf, draftsService } from '../drafts/drafts.js';
import { fileUploads } from '../files/file-uploads.js';
import { areUploaded, refusedOf } from '../files/waiting-files.js';
import { outboxService } from './outbox-service.js';

interface Target {
  readonly roomId: string;
  /** The `seq` of the first message of the thread to which it is a reply. */
  readonly thread: number | undefined;
  /** Whether `@all` notifies everyone, if the user was asked. */
  readonly mentionAll: boolean | undefined;
}

/** A message that waits for its files. The draft in its place, which other tabs share, is another message. */
type WaitingMessage = Draft & Target;

/** The messages that are sent as soon as their files are uploaded, by the keys of their drafts. */
export const waitingMessages: Slice<ReadonlyMap<string, WaitingMessage>> = {
  name: 'waiting messages',
  initial: new Map(),
};

/** The sender of a store: `store.service(messageSender)`. */
export const messageSender = (store: Store): MessageSender => new MessageSender(store);

/** As the server stores it, so that nothing changes once it is sent. */
export const messageIn = (text: string): string => withLineFeeds(text).trim();

/**
 * Sends messages once their files are uploaded, whatever the page shows by then. A message that can no longer be sent,
 * because the tab was reloaded or a file was refused, becomes a draft again.
 */
class MessageSender {
  readonly #store: Store;
  readonly #prefix: string;

  constructor(store: Store) {
    this.#store = store;
    this.#prefix = `carillon.draft-waiting.${store.me}.`;
    store.service(fileUploads).onChange((draft) => this.#onFiles(draft));
  }

  /** The waiting messages become drafts, for other tabs, when this one is closed or the returned function is called. */
  readonly start = (): (() => void) => {
    for (const key of tabStorage.keys(this.#prefix)) {
      const message = tabStorage.read(key) as WaitingMessage;
      tabStorage.remove(key);
      if (!isNewTab()) this.#returnToDraft(key.slice(this.#prefix.length), message);
    }
    const leave = () => {
      for (const draft of this.#store.partOf(waitingMessages).keys()) this.cancel(draft);
    };
    addEventListener('pagehide', leave);
    return () => {
      removeEventListener('pagehide', leave);
      leave();
    };
  };

  send(target: Target): void {
    const draft = draftOf(target.roomId, target.thread);
    const drafts = this.#store.service(draftsService);
    // Enter twice before the page is rendered again.
    if (this.#store.partOf(waitingMessages).has(draft)) return;
    this.#set(draft, { ...target, ...drafts.in(draft) });
    drafts.remove(draft);
    this.#continue(draft);
  }

  /** The message becomes a draft again. */
  cancel(draft: string): void {
    const message = this.#store.partOf(waitingMessages).get(draft);
    if (!message) return;
    this.#set(draft, null);
    this.#returnToDraft(draft, message);
  }

  #onFiles(draft: string): void {
    if (this.#store.service(fileUploads).in(draft).length === 0) this.cancel(draft);
    else this.#continue(draft);
  }

  #continue(draft: string): void {
    const message = this.#store.partOf(waitingMessages).get(draft);
    if (!message) return;
    const files = this.#store.service(fileUploads).in(draft);
    if (refusedOf(files).length > 0) this.cancel(draft);
    else if (areUploaded(files)) this.#post(draft, message);
  }

  #post(draft: string, { roomId, thread, mentionAll, text: typed, replyTo }: WaitingMessage): void {
    const text = messageIn(typed);
    if (text !== '' && messageMistake(text)) return this.cancel(draft);
    this.#set(draft, null);
    const files = this.#store.service(fileUploads).take(draft);
    if (text === '' && files.length === 0) return;
    const reply = thread ?? replyTo;
    this.#store.service(outboxService).outbox.add(roomId, text, {
      ...(reply !== null && { replyTo: reply }),
      ...(mentionAll !== undefined && { mentionAll }),
      ...(files.length > 0 && { files }),
    });
  }

  /** Before what was typed there meanwhile. */
  #returnToDraft(draft: string, { text, replyTo }: Draft): void {
    const drafts = this.#store.service(draftsService);
    const typed = drafts.in(draft);
    drafts.keep(draft, {
      text: [text, typed.text].filter((part) => part !== '').join('\n'),
      replyTo: typed.replyTo ?? replyTo,
    });
  }

  #set(draft: string, message: WaitingMessage | null): void {
    this.#store.update(waitingMessages, (all) => {
      const others = [...all].filter(([key]) => key !== draft);
      return new Map(message === null ? others : [...others, [draft, message]]);
    });
    if (message === null) tabStorage.remove(this.#prefix + draft);
    else tabStorage.write(this.#prefix + draft, message);
  }
}

/** A new tab may have a copy of the storage of the tab that opened it, which still sends its messages. */
function isNewTab(): boolean {
  const [navigation] = performance.getEntriesByType('navigation');
  return (navigation as PerformanceNavigationTiming).type === 'navigate';
}
