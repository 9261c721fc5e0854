import type { Transaction } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import { invalidProperty } from '../../http/problems.js';
import type { MessageFile } from '../room/message-file.js';
import type { Message } from '../room/message.js';
import { FilesRepository } from './files.repository.js';

/** The files of a message, for the commands that post or delete it. */
@Injectable()
export class FilesOfMessage {
  constructor(private readonly repository: FilesRepository) {}

  /**
   * Files that are to be posted, in the given order.
   *
   * @throws Problem `validation-failed`
   */
  async take(
    tx: Transaction,
    ids: readonly string[],
    from: { readonly roomId: string; readonly ownerId: string },
  ): Promise<readonly MessageFile[]> {
    if (ids.length === 0) return [];
    const files = await this.repository.unposted(tx.db, ids, from);
    if (files.length === ids.length) return files;
    const found = new Set(files.map(({ id }) => id));
    const missing = ids.filter((id) => !found.has(id));
    throw invalidProperty(
      'files',
      `must be files that you have uploaded to this room and not posted yet; these are not: ${missing.join(', ')}`,
    );
  }

  async post(tx: Transaction, { id, files }: Message): Promise<void> {
    if (files.length === 0) return;
    const ids = files.map((file) => file.id);
    await this.repository.post(tx.db, ids, id);
  }

  /** The content is removed after the commit: see `UnusedFiles`. */
  async remove(tx: Transaction, { id, files }: Message): Promise<void> {
    if (files.length > 0) await this.repository.removeOfMessage(tx.db, id);
  }
}
