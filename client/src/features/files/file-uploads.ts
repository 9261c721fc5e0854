import { Backoff } from '@carillon/client/backoff';
import { MAX_FILES } from '../../../../src/rooms/room/lengths.js';
import { isTemporary, messageOf } from '../../http/failure.js';
import { ProblemError } from '../../http/problem.js';
import { uuid } from '../../http/uuid.js';
import { settings } from '../../settings.js';
import { Listeners } from '../../state/listeners.js';
import type { Store } from '../../store/store.js';
import { filesWords as words } from './files.words.js';
import { keepFiles, readFiles } from './kept-files.js';
import type { MessageFile } from './message-file.js';
import { isAboutFile, uploadFile } from './upload-file.js';
import { noFiles, refusedOf, type WaitingFile, waitingFiles } from './waiting-files.js';

/** The server allows four for each user, who may have another tab. */
const AT_ONCE = 2;
/** The longest name of the server, in UTF-16 code units here. */
const MAX_NAME = 255;

/** The uploads of a store: `store.service(fileUploads)`. */
export const fileUploads = (store: Store): FileUploads => new FileUploads(store);

interface Upload {
  readonly draft: string;
  readonly roomId: string;
  readonly id: string;
  readonly content: File;
  readonly aborted: AbortController;
}

/**
 * Uploads the files attached to the messages being written. They go on while the user is in another room. What is
 * uploaded survives a reload of the tab; of what is on its way, only the name does.
 */
export class FileUploads {
  readonly #store: Store;
  readonly #uploads = new Map<string, Upload>();
  /** By the ids of the files that are interrupted. */
  readonly #wakes = new Map<string, () => void>();
  readonly #changes = new Listeners<[string]>();
  #queue: Upload[] = [];
  #running = 0;
  #isStopped = false;

  constructor(store: Store) {
    this.#store = store;
    store.onStatus(({ state }) => state === 'live' && this.#wake());
    store.onReconnect(() => this.#wake());
  }

  in(draft: string): readonly WaitingFile[] {
    return this.#store.partOf(waitingFiles).get(draft) ?? noFiles;
  }

  /** Calls the listener with a draft after its files have changed. */
  readonly onChange = (listener: (draft: string) => void) => this.#changes.add(listener);

  /** Shows what was attached before the tab was reloaded. */
  restore(draft: string): void {
    if (this.in(draft).length > 0) return;
    const kept = readFiles(this.#store.me, draft);
    if (kept.length > 0) this.#show(draft, () => kept);
  }

  /** @returns why some were not added; null if all were */
  add(draft: string, roomId: string, contents: readonly File[]): string | null {
    for (const content of contents) {
      this.#removeRefused(draft, nameOf(content));
      if (this.in(draft).length >= MAX_FILES) return words.tooMany(MAX_FILES);
      this.#addOne(draft, roomId, content);
    }
    return null;
  }

  /**
   * @returns a function that ends all uploads; nothing is stored until the next start, as the user may have signed out
   */
  readonly start = (): (() => void) => {
    this.#isStopped = false;
    return () => {
      this.#isStopped = true;
      for (const id of this.#uploads.keys()) this.#forget(id);
    };
  };

  retry(id: string): void {
    const wake = this.#wakes.get(id);
    if (wake) return wake();
    const upload = this.#uploads.get(id);
    if (upload) this.#enqueue({ ...upload, aborted: new AbortController() });
  }

  /** Also cancels an upload. What is uploaded is removed by the server after a day. */
  remove(draft: string, id: string): void {
    this.#forget(id);
    this.#show(draft, (files) => files.filter((file) => file.id !== id));
  }

  /** The uploaded files, which are in a message now. */
  take(draft: string): readonly MessageFile[] {
    const files = this.in(draft).flatMap(({ file }) => file ?? []);
    for (const { id } of files) this.#forget(id);
    this.#show(draft, () => []);
    return files;
  }

  /** The user attaches it again. */
  #removeRefused(draft: string, name: string): void {
    const refused = refusedOf(this.in(draft)).find((file) => file.name === name && !file.canRetry);
    if (refused) this.remove(draft, refused.id);
  }

  #addOne(draft: string, roomId: string, content: File): void {
    const id = uuid();
    const name = nameOf(content);
    const thumbnail = /^image\/(png|jpeg|gif|webp|avif)$/.test(content.type) && {
      thumbnail: URL.createObjectURL(content),
    };
    const added: WaitingFile = {
      id,
      name,
      size: content.size,
      state: 'queued',
      progress: 0,
      ...thumbnail,
    };
    this.#show(draft, (files) => [...files, added]);
    this.#enqueue({ draft, roomId, id, content, aborted: new AbortController() });
  }

  #enqueue(upload: Upload): void {
    this.#uploads.set(upload.id, upload);
    if (upload.content.size > settings.maxFileBytes)
      return this.#refuse(upload, words.tooLarge(words.size(settings.maxFileBytes)), false);
    this.#set(upload, { state: 'queued', progress: 0 });
    this.#queue.push(upload);
    this.#startNext();
  }

  #startNext(): void {
    if (this.#running >= AT_ONCE) return;
    const upload = this.#queue.shift();
    if (!upload) return;
    this.#running += 1;
    void this.#run(upload).finally(() => {
      this.#running -= 1;
      this.#startNext();
    });
    this.#startNext();
  }

  /** Repeats the upload until it succeeds, the server refuses it, or the user cancels it. */
  async #run(upload: Upload): Promise<void> {
    const backoff = new Backoff({ base: 500, cap: 15_000 });
    while (!upload.aborted.signal.aborted)
      try {
        const file = await this.#send(upload);
        return this.#set(upload, { state: 'uploaded', progress: 1, file });
      } catch (error) {
        if (upload.aborted.signal.aborted) return;
        if (!isTemporary(error))
          return this.#refuse(upload, messageOf(error) ?? '', !isAboutFile(error));
        this.#set(upload, { state: 'interrupted' });
        await this.#pause(upload, error, backoff.next());
      }
  }

  #send(upload: Upload): Promise<MessageFile> {
    const { roomId, id, content, aborted } = upload;
    this.#set(upload, { state: 'uploading', progress: 0 });
    return uploadFile({
      roomId,
      fileId: id,
      content,
      name: nameOf(content),
      signal: aborted.signal,
      onProgress: (progress) => this.#set(upload, { progress }),
    });
  }

  #pause({ id, aborted }: Upload, error: unknown, delay: number): Promise<void> {
    const wanted = error instanceof ProblemError ? (error.retryAfter ?? 0) * 1_000 : 0;
    return new Promise((resolve) => {
      const timer = setTimeout(wake, Math.max(delay, wanted));
      const wakes = this.#wakes.set(id, wake);
      aborted.signal.addEventListener('abort', wake, { once: true });
      function wake() {
        clearTimeout(timer);
        wakes.delete(id);
        resolve();
      }
    });
  }

  #wake(): void {
    for (const wake of this.#wakes.values()) wake();
  }

  #refuse(upload: Upload, failure: string, canRetry: boolean): void {
    this.#set(upload, { state: 'refused', failure, canRetry });
  }

  #forget(id: string): void {
    const upload = this.#uploads.get(id);
    if (!upload) return;
    upload.aborted.abort();
    this.#uploads.delete(id);
    this.#queue = this.#queue.filter((one) => one.id !== id);
    const { thumbnail } = this.in(upload.draft).find((file) => file.id === id) ?? {};
    if (thumbnail?.startsWith('blob:')) URL.revokeObjectURL(thumbnail);
  }

  #set({ draft, id }: Upload, change: Partial<WaitingFile>): void {
    this.#show(draft, (files) =>
      files.map((file) => (file.id === id ? { ...file, ...change } : file)),
    );
  }

  #show(draft: string, to: (files: readonly WaitingFile[]) => readonly WaitingFile[]): void {
    if (this.#isStopped) return;
    const files = to(this.in(draft));
    this.#store.update(waitingFiles, (all) => {
      const others = [...all].filter(([key]) => key !== draft);
      return new Map(files.length === 0 ? others : [...others, [draft, files]]);
    });
    keepFiles(this.#store.me, draft, files);
    this.#changes.notify(draft);
  }
}

/** Without folders; the server refuses them. */
function nameOf({ name }: File): string {
  const base = name.replaceAll(/[/\\]/g, '_').slice(-MAX_NAME).toWellFormed().trim();
  return base === '' ? 'file' : base;
}
