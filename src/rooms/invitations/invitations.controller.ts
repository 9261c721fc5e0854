import { Body, Controller, Delete, Get, HttpCode, Post, Query, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { type UserCaller, CurrentUser } from '../../http/caller.js';
import { EXAMPLE_ID } from '../../http/described-properties.js';
import {
  ApiIdempotencyKey,
  ApiProblems,
  KEY_PROBLEMS,
  linkToPages,
  pickHeaders,
  WRITE_PROBLEMS,
} from '../../http/documented.js';
import { ReadsAgain } from '../../http/idempotency.js';
import { IdParam } from '../../http/ids.js';
import { answerPage, keysetOf, PageQuery } from '../../http/paging.js';
import { NO_ROOM, NOT_MEMBER, NOT_OWNER } from '../room/room-problems.js';
import { REFUSALS } from '../room/room-rules.js';
import { Invitation } from '../room/room.js';
import { GetInvitation } from './get-invitation.js';
import { InviteBody } from './invite-body.js';
import { InviteMember } from './invite-member.js';
import { ListInvitations } from './list-invitations.js';
import { WithdrawInvitation } from './withdraw-invitation.js';

@ApiTags('Rooms')
@Controller('api/rooms/:id/invitations')
export class InvitationsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'listInvitations',
    summary: 'List the invitations into a room',
    description:
      'Returns one page of the invitations that are neither accepted nor declined. Only members may read it.',
  })
  @ApiResponse({
    status: 200,
    description: 'One page of invitations, in the order of the ids of the invited users.',
    type: [Invitation],
    headers: { ...pickHeaders('Last-Event-ID'), ...linkToPages() },
  })
  @ApiProblems('invalid-parameter', 'unauthenticated', NOT_MEMBER, NO_ROOM)
  async listInvitations(
    @IdParam('room') id: string,
    @Query() query: PageQuery,
    @CurrentUser() { userId }: UserCaller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<readonly Invitation[]> {
    const list = new ListInvitations(userId, id, keysetOf(response.req, query));
    return answerPage(response, query, await this.queries.execute(list));
  }

  @Post()
  @ReadsAgain(
    ({ callerId, ids, body }) =>
      new GetInvitation(callerId, ids['id']!, (body as InviteBody).userId),
  )
  @ApiOperation({
    operationId: 'invite',
    summary: 'Invite a user into a room',
    description: 'Members may invite into a public room, owners into a private one.',
  })
  @ApiIdempotencyKey()
  @ApiResponse({ status: 201, description: 'The user was invited.', type: Invitation })
  @ApiResponse({ status: 200, description: 'The user was already invited.', type: Invitation })
  @ApiProblems(...WRITE_PROBLEMS, ...KEY_PROBLEMS, 'recipient-unavailable', NO_ROOM, {
    forbidden: REFUSALS.inviteByMember,
    conflict: REFUSALS.alreadyMember(EXAMPLE_ID),
  })
  async invite(
    @IdParam('room') id: string,
    @Body() { userId: invitedId }: InviteBody,
    @CurrentUser() { userId }: UserCaller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Invitation> {
    const { invitation, isNew } = await this.commands.execute(
      new InviteMember(userId, id, invitedId),
    );
    response.status(isNew ? 201 : 200);
    return invitation;
  }

  @Delete(':userId')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'withdrawInvitation',
    summary: 'Decline or withdraw an invitation',
    description:
      'The invited user declines the invitation. The user who sent it, and owners of the room, withdraw it.',
  })
  @ApiResponse({ status: 204, description: 'The invitation was removed.' })
  @ApiProblems(...WRITE_PROBLEMS, NOT_OWNER, {
    'not-found': REFUSALS.notInvited(EXAMPLE_ID),
  })
  withdraw(
    @IdParam('room') id: string,
    @IdParam('user', 'userId') invitedId: string,
    @CurrentUser() { userId }: UserCaller,
  ): Promise<void> {
    return this.commands.execute(new WithdrawInvitation(userId, id, invitedId));
  }
}
