import { withLineFeeds } from '../../../../src/http/text.js';
import { messageMistake } from '../../../../src/rooms/messages/message-text.js';
import type { Slice } from '../../store/state.js';
import type { Store } from '../../store/store.js';
import { draftOf, draftsService } from '../drafts/drafts.js';
import { fileUploads } from '../files/file-uploads.js';
import { areUploaded, refusedOf } from '../files/waiting-files.js';
import { outboxService } from './outbox-service.js';

/** What the user has decided about a draft that is sent. */
interface Sending {
  readonly roomId: string;
  /** The `seq` of the first message of the thread to which it is a reply. */
  readonly thread: number | undefined;
  /** Whether `@all` notifies everyone, if the user was asked. */
  readonly mentionAll: boolean | undefined;
}

/** The drafts that are sent as soon as their files are uploaded, by key. */
export const sendingDrafts: Slice<ReadonlyMap<string, Sending>> = {
  name: 'drafts being sent',
  initial: new Map(),
};

/** The sender of a store: `store.service(messageSender)`. */
export const messageSender = (store: Store): MessageSender => new MessageSender(store);

/** As the server stores it, so that nothing changes once it is sent. */
export const messageIn = (text: string): string => withLineFeeds(text).trim();

/** Sends drafts once their files are uploaded, whatever the page shows by then. */
class MessageSender {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
    store.service(fileUploads).onChange((draft) => this.#continue(draft));
  }

  send(sending: Sending): void {
    const draft = draftOf(sending.roomId, sending.thread);
    this.#set(draft, sending);
    this.#continue(draft);
  }

  /** The draft is no longer what the user has sent. */
  cancel(draft: string): void {
    if (this.#store.partOf(sendingDrafts).has(draft)) this.#set(draft, null);
  }

  #continue(draft: string): void {
    const sending = this.#store.partOf(sendingDrafts).get(draft);
    if (!sending) return;
    const files = this.#store.service(fileUploads).in(draft);
    if (!areUploaded(files) && refusedOf(files).length === 0) return;
    this.#set(draft, null);
    if (areUploaded(files)) this.#post(draft, sending);
  }

  #post(draft: string, { roomId, thread, mentionAll }: Sending): void {
    const store = this.#store;
    const drafts = store.service(draftsService);
    const { text: typed, replyTo } = drafts.in(draft);
    const text = messageIn(typed);
    if (text !== '' && messageMistake(text)) return;
    const files = store.service(fileUploads).take(draft);
    if (text === '' && files.length === 0) return;
    const reply = thread ?? replyTo;
    store.service(outboxService).outbox.add(roomId, text, {
      ...(reply !== null && { replyTo: reply }),
      ...(mentionAll !== undefined && { mentionAll }),
      ...(files.length > 0 && { files }),
    });
    drafts.remove(draft);
  }

  #set(draft: string, sending: Sending | null): void {
    this.#store.update(sendingDrafts, (all) => {
      const others = [...all].filter(([key]) => key !== draft);
      return new Map(sending === null ? others : [...others, [draft, sending]]);
    });
  }
}
