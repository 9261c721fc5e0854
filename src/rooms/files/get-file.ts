import { Database } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { Problem } from '../../http/problems.js';
import { RoomAccess } from '../room/room-access.js';
import { REFUSALS } from '../room/room-rules.js';
import { type FileRow, FilesRepository } from './files.repository.js';

/** A file that the caller may see: a member of the room, once it is posted; until then, only the user who uploaded it. */
export class GetFile extends Query<FileRow> {
  constructor(
    readonly callerId: string,
    readonly roomId: string,
    readonly fileId: string,
  ) {
    super();
  }
}

@QueryHandler(GetFile)
export class GetFileHandler implements IQueryHandler<GetFile> {
  constructor(
    private readonly database: Database,
    private readonly access: RoomAccess,
    private readonly files: FilesRepository,
  ) {}

  async execute({ callerId, roomId, fileId }: GetFile): Promise<FileRow> {
    await this.access.asMember(this.database.read, roomId, callerId);
    const row = await this.files.find(this.database.read, fileId);
    const isVisible =
      row?.room_id === roomId &&
      row.state === 'stored' &&
      (row.message_id !== null || row.owner_id === callerId);
    if (!isVisible) throw new Problem('not-found', REFUSALS.noFile(fileId));
    return row;
  }
}
