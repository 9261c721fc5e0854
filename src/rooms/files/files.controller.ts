import { Controller, Get, Put, Query, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiBody,
  ApiConsumes,
  ApiHeader,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { leaveBodiesOf } from '../../http/bodies.js';
import { type UserCaller, CurrentUser } from '../../http/caller.js';
import { EXAMPLE_ID } from '../../http/described-properties.js';
import { ApiProblems, location, pickHeaders } from '../../http/documented.js';
import { IdParam } from '../../http/ids.js';
import { Problem } from '../../http/problems.js';
import { MessageFile } from '../room/message-file.js';
import { ARCHIVED, NO_FILE, NO_ROOM, NOT_MEMBER } from '../room/room-problems.js';
import { fileAddress } from './file-address.js';
import { FileResponses } from './file-responses.js';
import type { FileRow } from './files.repository.js';
import { GetFile } from './get-file.js';
import { PREVIEW_TYPE } from './previews.js';
import { previewKey } from './stored-files.js';
import { UploadFile } from './upload-file.js';
import { UploadQuery } from './upload-query.js';

leaveBodiesOf(/^\/api\/rooms\/[^/]+\/files\/[^/]+$/);

const BINARY = { type: 'string' as const, format: 'binary' };

const READ_PROBLEMS = ['unauthenticated', 'range-not-satisfiable', NOT_MEMBER, NO_FILE] as const;

const CODED = 'Content-Encoding is not supported here. Send the content as it is.';

const described = (description: string, type: string, status = 200) => ({
  status,
  description,
  headers: pickHeaders('ETag', 'Content-Disposition'),
  content: { [type]: { schema: BINARY } },
});

const ApiRange = () =>
  ApiHeader({
    name: 'Range',
    required: false,
    description: 'A range of bytes (RFC 9110, section 14.2).',
    schema: { type: 'string', examples: ['bytes=0-1023'] },
  });

@ApiTags('Files')
@Controller('api/rooms/:id/files')
export class FilesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly responses: FileResponses,
  ) {}

  @Put(':fileId')
  @ApiOperation({
    operationId: 'uploadFile',
    summary: 'Upload a file',
    description:
      'Stores a file that the caller can post in this room with `files` of a message. The body is the content; its type is recognized from its bytes, and `Content-Type` does not matter. Of images, a preview is stored, too. A retry with the same id and content stores nothing. A file that is not posted within a day is removed. By default, a file has at most 25 MiB, a user has at most 10,000 files and 1 GiB, and a user uploads at most 60 files in a minute, four at the same time.',
  })
  @ApiConsumes('application/octet-stream')
  @ApiBody({ schema: BINARY, description: 'The content of the file.' })
  @ApiResponse({
    status: 201,
    description: 'The file was stored.',
    type: MessageFile,
    headers: location('the file', fileAddress(EXAMPLE_ID, EXAMPLE_ID)),
  })
  @ApiResponse({
    status: 200,
    description: 'An earlier request has stored the file.',
    type: MessageFile,
  })
  @ApiProblems(
    'unauthenticated',
    'cross-site-request',
    'content-too-large',
    'recipient-unavailable',
    NOT_MEMBER,
    NO_ROOM,
    ARCHIVED,
    { 'unsupported-media-type': CODED, 'malformed-request': 'The file is empty.' },
  )
  async upload(
    @IdParam('room') id: string,
    @IdParam('file', 'fileId') fileId: string,
    @Query() { name }: UploadQuery,
    @CurrentUser() { userId, sessionId }: UserCaller,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<MessageFile> {
    refuseCoding(request);
    const upload = new UploadFile(userId, sessionId, id, fileId, name, sizeOf(request), request);
    const { file, isNew } = await this.commands.execute(upload);
    if (isNew) response.status(201).location(fileAddress(id, fileId));
    return file;
  }

  @Get(':fileId')
  @ApiOperation({
    operationId: 'getFile',
    summary: 'Download a file',
    description:
      'Returns the content of a file. Members of the room may read it once it is posted; until then, only the user who uploaded it. Browsers show images, and save everything else.',
  })
  @ApiRange()
  @ApiResponse(described('The content, as it was uploaded.', '*/*'))
  @ApiResponse(described('The range of the content.', '*/*', 206))
  @ApiProblems(...READ_PROBLEMS)
  async download(
    @IdParam('room') id: string,
    @IdParam('file', 'fileId') fileId: string,
    @CurrentUser() { userId }: UserCaller,
    @Res() response: Response,
  ): Promise<void> {
    const { key, size, name, type, digest } = await this.#find(userId, id, fileId);
    await this.responses.send(response, { key, size, name, type, tag: `"${digest}"` });
  }

  @Get(':fileId/preview')
  @ApiOperation({
    operationId: 'getFilePreview',
    summary: 'Get the preview of an image',
    description:
      'Returns an image of at most 960 × 960 pixels without metadata, for the same callers as the file. A file with a `width` has a preview.',
  })
  @ApiRange()
  @ApiResponse(described('The preview.', PREVIEW_TYPE))
  @ApiResponse(described('The range of the preview.', PREVIEW_TYPE, 206))
  @ApiProblems(...READ_PROBLEMS)
  async preview(
    @IdParam('room') id: string,
    @IdParam('file', 'fileId') fileId: string,
    @CurrentUser() { userId }: UserCaller,
    @Res() response: Response,
  ): Promise<void> {
    const { key, preview_size: size, name, digest } = await this.#find(userId, id, fileId);
    if (size === null) throw new Problem('not-found', 'This file has no preview.');
    await this.responses.send(response, {
      key: previewKey(key),
      size,
      name: `${name}.webp`,
      type: PREVIEW_TYPE,
      tag: `"${digest}-preview"`,
    });
  }

  #find(userId: string, roomId: string, fileId: string): Promise<FileRow> {
    return this.queries.execute(new GetFile(userId, roomId, fileId));
  }
}

/** @throws Problem `unsupported-media-type`: the content would not be what its client has. */
function refuseCoding({ headers }: Request): void {
  const coding = headers['content-encoding'] || 'identity';
  if (coding.toLowerCase() !== 'identity')
    throw new Problem('unsupported-media-type', CODED, {
      headers: { 'Accept-Encoding': 'identity' },
    });
}

function sizeOf({ headers }: Request): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}
