import { Injectable } from '@nestjs/common';
import { Config } from '../../config.js';
import { Problem, tooManyRequests } from '../../http/problems.js';
import { Quota } from '../../http/quota.js';
import { shownSize } from './shown-size.js';

/** Uploads at the same time, by one user and by all, for each process. Each can take 5 minutes. */
const AT_ONCE = { user: 4, all: 64 };
/** Seconds until a client tries again. */
export const RETRY_AFTER = 2;

/** Limits how often and how much users upload. */
@Injectable()
export class UploadLimits {
  readonly #quota: Quota;
  readonly #current = new Map<string, number>();
  #count = 0;

  constructor(private readonly config: Config) {
    this.#quota = new Quota('FILES_PER_MINUTE', config.FILES_PER_MINUTE, 'minute', 'upload files');
  }

  /**
   * Runs an upload if its user has not too many already.
   *
   * @throws Problem `too-many-requests`; `conflict`: uploads are turned off.
   */
  async run<T>(userId: string, upload: () => Promise<T>): Promise<T> {
    if (this.config.FILES_MAX_BYTES === 0)
      throw new Problem('conflict', 'Uploads are turned off on this server.');
    this.#refuseSimultaneous(userId);
    this.#quota.take(userId);
    this.#count += 1;
    this.#current.set(userId, this.#countOf(userId) + 1);
    try {
      return await upload();
    } finally {
      this.#count -= 1;
      this.#leave(userId);
    }
  }

  /**
   * @param count of the files of the user, with the new one.
   * @param bytes of these files.
   * @throws Problem `conflict`
   */
  refuseAbove(count: number, bytes: number): void {
    const { FILES_MAX_PER_USER: mostFiles, FILES_MAX_BYTES_PER_USER: mostBytes } = this.config;
    if (mostFiles > 0 && count > mostFiles) throw tooMany(`You may have ${mostFiles} files.`);
    if (mostBytes > 0 && bytes > mostBytes)
      throw tooMany(`Your files may have ${shownSize(mostBytes)} together.`);
  }

  #refuseSimultaneous(userId: string): void {
    if (this.#countOf(userId) >= AT_ONCE.user)
      throw tooManyRequests(
        'uploads',
        `You can upload ${AT_ONCE.user} files at the same time.`,
        RETRY_AFTER,
      );
    if (this.#count >= AT_ONCE.all)
      throw tooManyRequests('uploads', 'Too many files are being uploaded.', RETRY_AFTER);
  }

  #countOf(userId: string): number {
    return this.#current.get(userId) ?? 0;
  }

  #leave(userId: string): void {
    const left = this.#countOf(userId) - 1;
    if (left > 0) this.#current.set(userId, left);
    else this.#current.delete(userId);
  }
}

const tooMany = (limit: string): Problem =>
  new Problem('conflict', `${limit} Delete messages with files first.`);
