import { Body, Controller, Delete, Get, HttpCode, Req, Res, StreamableFile } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Readable } from 'node:stream';
import { Audited, caller } from '../http/audited.js';
import { type UserCaller, CurrentUser } from '../http/caller.js';
import { time } from '../http/described-properties.js';
import { ApiProblems, pickHeaders, WRITE_PROBLEMS } from '../http/documented.js';
import { invalidProperty } from '../http/problems.js';
import { GetUser } from '../users/get-user.js';
import { PersonalData } from '../users/personal-data.js';
import { DeleteAccountBody } from './account-bodies.js';
import { DeleteAccount } from './delete-account.js';
import { clearSessionCookie } from './session-cookie.js';
import { sourceOf } from './sign-in-source.js';
import { SignIn } from './sign-in.js';

const EXPORT = {
  type: 'object' as const,
  description: 'A list of entries for each kind of data, under its name.',
  required: ['exportedAt'],
  properties: { exportedAt: { type: 'string' as const, ...time('When the data was read.') } },
  additionalProperties: { type: 'array' as const, items: { type: 'object' as const } },
};

/** Export and deletion of a user's own data. */
@ApiTags('Accounts')
@Controller('api/me')
export class MeController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
    private readonly signIn: SignIn,
    private readonly personalData: PersonalData,
  ) {}

  @Delete()
  @HttpCode(204)
  @Audited('erasure', caller)
  @ApiOperation({
    operationId: 'deleteAccount',
    summary: 'Delete my account',
    description:
      'Ends all sessions and streams of the caller and erases the stored data. What other users still see is kept under a pseudonym.',
  })
  @ApiResponse({
    status: 204,
    description: 'The account was deleted.',
    headers: pickHeaders('Set-Cookie'),
  })
  @ApiProblems(...WRITE_PROBLEMS, {
    forbidden: 'The current password is wrong.',
    conflict: 'The password has just been changed.',
  })
  async delete(
    @Body() body: DeleteAccountBody,
    @CurrentUser() { userId }: UserCaller,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    const hash = await this.#confirm(userId, body, request);
    await this.commands.execute(new DeleteAccount(userId, hash, body.messages));
    clearSessionCookie(response);
  }

  /** @returns the hash of the password; `null` for a user of an external issuer, who has none. */
  async #confirm(
    userId: string,
    { password, confirm }: DeleteAccountBody,
    request: Request,
  ): Promise<string | null> {
    if (password !== undefined) return this.signIn.confirm(userId, password, sourceOf(request));
    if (await this.signIn.hasPassword(userId))
      throw invalidProperty('password', 'must be your current password');
    const { username } = await this.queries.execute(new GetUser(userId));
    if (confirm !== undefined && [userId, username].includes(confirm.toLowerCase())) return null;
    throw invalidProperty('confirm', 'must be your username or your id');
  }

  @Get('export')
  @ApiOperation({
    operationId: 'exportMyData',
    summary: 'Download my data',
    description:
      'Returns one JSON document with a list for each kind of data: profile, events, sessions, identities, memberships, blocks, invitations, messages, reactions, files, threads, pins, saved, notifications, pushSubscriptions.',
  })
  @ApiResponse({
    status: 200,
    description: 'The document, as a download.',
    headers: pickHeaders('Content-Disposition'),
    content: { 'application/json': { schema: EXPORT } },
  })
  @ApiProblems('unauthenticated')
  export(
    @CurrentUser() { userId }: UserCaller,
    @Res({ passthrough: true }) response: Response,
  ): StreamableFile {
    response.set('Cache-Control', 'no-store');
    return new StreamableFile(Readable.from(this.personalData.exported(userId)), {
      type: 'application/json',
      disposition: 'attachment; filename="carillon-export.json"',
    });
  }
}
