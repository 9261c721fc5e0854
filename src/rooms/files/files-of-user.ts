import { Database, type Transaction } from '@carillon/nestjs';
import { Injectable } from '@nestjs/common';
import { fileAddress } from './file-address.js';
import { type FileRow, FilesRepository, toMessageFile } from './files.repository.js';

/** Rows per page of an export. */
const PAGE = 500;

/** Erases and exports the files of a user. Posted files stay or go with their messages. */
@Injectable()
export class FilesOfUser {
  constructor(
    private readonly database: Database,
    private readonly repository: FilesRepository,
  ) {}

  /** A step of an erasure. There are few rows: files that are not posted are kept for a day. */
  async erase(tx: Transaction, userId: string): Promise<undefined> {
    await this.repository.removeUnpostedOf(tx.db, userId);
  }

  /** Without the content, which `url` has. */
  async *exported(userId: string): AsyncGenerator<object[]> {
    for (let after = ''; ;) {
      const page = await this.repository.filesOf(this.database.read, userId, after, PAGE);
      yield page.map(exportedFile);
      if (page.length < PAGE) return;
      after = page.at(-1)!.id;
    }
  }
}

const exportedFile = (row: FileRow): object => ({
  ...toMessageFile(row),
  roomId: row.room_id,
  messageId: row.message_id,
  createdAt: row.created_at,
  url: fileAddress(row.room_id, row.id),
});
