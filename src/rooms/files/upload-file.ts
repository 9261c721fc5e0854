import { Database, type Schema, UnitOfWork } from '@carillon/nestjs';
import { inLog } from '@carillon/nestjs/internal';
import { Logger } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Kysely } from 'kysely';
import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { holdSession } from '../../accounts/hold-session.js';
import { Problem, tooManyRequests } from '../../http/problems.js';
import { Contacts } from '../invitations/contacts.js';
import type { MessageFile } from '../room/message-file.js';
import { RoomAccess } from '../room/room-access.js';
import { canPost, enforce } from '../room/room-rules.js';
import { FileStore, storeUnavailable } from './file-store.js';
import { isImage, typeOf } from './file-types.js';
import { type FileRow, FilesRepository, toMessageFile } from './files.repository.js';
import { IncomingFiles, type ReceivedFile } from './incoming-files.js';
import { Previews } from './previews.js';
import { keysOf, previewKey } from './stored-files.js';
import { RETRY_AFTER, UploadLimits } from './upload-limits.js';

/** Stores a file that the caller can post in the room. A retry with the same content stores nothing. */
export class UploadFile extends Command<UploadedFile> {
  constructor(
    readonly callerId: string,
    /** `null` if the caller has none, for example with an access token of an issuer. */
    readonly sessionId: string | null,
    readonly roomId: string,
    readonly fileId: string,
    readonly name: string,
    /** In bytes; `undefined` if the client does not announce it. */
    readonly size: number | undefined,
    readonly body: Readable,
  ) {
    super();
  }
}

export interface UploadedFile {
  readonly file: MessageFile;
  /** Whether this request has stored it. */
  readonly isNew: boolean;
}

/**
 * Three steps: a row that says where the content will be, the content, and the row that says that it is complete. If
 * the process dies in between, `UnusedFiles` finds the first row and removes what it names.
 */
@CommandHandler(UploadFile)
export class UploadFileHandler implements ICommandHandler<UploadFile> {
  readonly #logger = new Logger(UploadFile.name);
  readonly #previews = new Previews();

  constructor(
    private readonly database: Database,
    private readonly work: UnitOfWork,
    private readonly access: RoomAccess,
    private readonly contacts: Contacts,
    private readonly limits: UploadLimits,
    private readonly incoming: IncomingFiles,
    private readonly files: FilesRepository,
    private readonly store: FileStore,
  ) {}

  async execute(upload: UploadFile): Promise<UploadedFile> {
    const { callerId, size = 0, body } = upload;
    await this.#authorize(this.database.read, upload, size);
    this.incoming.refuseLarger(size);
    return this.limits.run(callerId, async () => {
      const received = await this.incoming.receive(body);
      try {
        return await this.#store(upload, received);
      } finally {
        await this.incoming.remove(received.path);
      }
    });
  }

  async #authorize(
    db: Kysely<Schema>,
    { callerId, roomId, fileId }: UploadFile,
    size: number,
  ): Promise<void> {
    const { room } = await this.access.asMember(db, roomId, callerId);
    enforce(canPost(room));
    await this.contacts.refuseBlockedIn(db, room, callerId);
    const { count, bytes } = await this.files.usageOf(db, callerId, fileId);
    this.limits.refuseAbove(count + 1, bytes + size);
  }

  async #store(upload: UploadFile, received: ReceivedFile): Promise<UploadedFile> {
    if (received.size === 0) throw new Problem('malformed-request', 'The file is empty.');
    const preview = this.incoming.newPath();
    try {
      const row = await this.#describe(upload, received, preview);
      const earlier = await this.#begin(upload, row);
      if (earlier) return { file: toMessageFile(earlier), isNew: false };
      return await this.#put(upload, row, received.path, preview);
    } finally {
      await this.incoming.remove(preview);
    }
  }

  async #describe(
    { callerId, roomId, fileId, name }: UploadFile,
    { path, size, digest }: ReceivedFile,
    previewPath: string,
  ): Promise<FileRow> {
    const type = await typeOf(path);
    const preview = isImage(type)
      ? await this.#previews.write(callerId, path, previewPath)
      : undefined;
    return {
      id: fileId,
      key: randomUUID(),
      room_id: roomId,
      owner_id: callerId,
      message_id: null,
      state: 'storing',
      name,
      type,
      size,
      digest,
      width: preview?.width ?? null,
      height: preview?.height ?? null,
      preview_size: preview?.size ?? null,
      created_at: new Date().toISOString(),
      failures: 0,
      remove_at: '',
    };
  }

  /** @returns the same file, if an earlier request has stored it. */
  #begin(upload: UploadFile, row: FileRow): Promise<FileRow | undefined> {
    return this.work.run(async ({ db }) => {
      const earlier = await this.files.lock(db, row.id);
      if (earlier?.state === 'stored') return sameAs(earlier, row);
      if (earlier) await this.files.abandon(db, sameOwner(earlier, row));
      // The caller may have left the room meanwhile, or uploaded other files.
      await this.#authorize(db, upload, row.size);
      await this.files.insert(db, row);
      return undefined;
    });
  }

  async #put(
    { sessionId }: UploadFile,
    row: FileRow,
    content: string,
    preview: string,
  ): Promise<UploadedFile> {
    try {
      if (row.preview_size !== null) await this.store.put(previewKey(row.key), preview);
      await this.store.put(row.key, content);
    } catch (error) {
      this.#logger.error(inLog(error), 'A file could not be stored.');
      await this.work.run(({ db }) => this.files.abandon(db, row));
      throw storeUnavailable(error);
    }
    const isStored = await this.work.run(async ({ db }) => {
      // If it has ended meanwhile, `UnusedFiles` removes what was stored.
      if (sessionId !== null) await holdSession(db, sessionId);
      return this.files.markStored(db, row.key);
    });
    if (isStored) return { file: toMessageFile(row), isNew: true };
    // The row is removed, and what it named was perhaps removed before it was there.
    for (const key of keysOf(row)) await this.store.remove(key);
    const other = await this.files.find(this.database.read, row.id);
    if (other?.state === 'stored') return { file: toMessageFile(sameAs(other, row)), isNew: false };
    throw tooManyRequests('uploads', 'Another request is uploading this file.', RETRY_AFTER);
  }
}

/** @throws Problem `conflict` */
function sameAs(earlier: FileRow, row: FileRow): FileRow {
  if (sameOwner(earlier, row).digest === row.digest && earlier.name === row.name) return earlier;
  throw taken();
}

/** @throws Problem `conflict` */
function sameOwner(earlier: FileRow, { owner_id, room_id }: FileRow): FileRow {
  const isSame = earlier.owner_id === owner_id && earlier.room_id === room_id;
  if (isSame && earlier.state !== 'removed') return earlier;
  throw taken();
}

const taken = (): Problem =>
  new Problem('conflict', 'Another file has this id. Generate a new one for each file.');
