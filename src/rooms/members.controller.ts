import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Patch,
  Post,
  Put,
  Query,
  Res,
} from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { anotherUser, Audited, pathParameter } from '../http/audited.js';
import { type Caller, CurrentCaller } from '../http/caller.js';
import { ApiProblems, BODY_PROBLEMS, pickHeaders, WRITE_PROBLEMS } from '../http/documented.js';
import { ReadsAgain } from '../http/idempotency.js';
import { IdParam } from '../http/ids.js';
import { answerPage, keysetOf, PageQuery } from '../http/paging.js';
import { ChangeRole } from './change-role.js';
import { GetInvitation } from './get-invitation.js';
import { GetMembership } from './get-membership.js';
import { InviteMember } from './invite-member.js';
import { JoinRoom } from './join-room.js';
import { ListInvitations } from './list-invitations.js';
import { ListMembers } from './list-members.js';
import { MoveReadMarker } from './move-read-marker.js';
import { RemoveMember } from './remove-member.js';
import { ChangeRoleBody, InviteBody, ReadBody } from './room-bodies.js';
import { Invitation, Member, Membership, ReadMarker } from './room.js';
import { TellTyping } from './tell-typing.js';
import { WithdrawInvitation } from './withdraw-invitation.js';

const WRITES = [...WRITE_PROBLEMS, 'forbidden', 'not-found'] as const;

@ApiTags('Rooms')
@Controller('api/rooms/:id')
export class MembersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get('members')
  @ApiOperation({ operationId: 'listMembers', summary: 'List the members of a room, page by page' })
  @ApiResponse({
    status: 200,
    description: 'One page, in the order of the ids.',
    type: [Member],
    headers: pickHeaders('Last-Event-ID', 'Link', 'X-Request-Id'),
  })
  @ApiProblems('invalid-parameter', 'unauthenticated', 'forbidden', 'not-found')
  async list(
    @IdParam() id: string,
    @Query() query: PageQuery,
    @CurrentCaller() { userId }: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<readonly Member[]> {
    const list = new ListMembers(userId, id, keysetOf(response.req, query));
    return answerPage(response, query, await this.queries.execute(list));
  }

  @Post('members')
  @ReadsAgain(({ callerId, ids }) => new GetMembership(callerId, ids['id']!))
  @ApiOperation({ operationId: 'joinRoom', summary: 'Join a public room, or accept an invitation' })
  @ApiBody({ required: false, schema: { type: 'object', additionalProperties: false } })
  @ApiResponse({ status: 201, description: 'Joined.', type: Membership })
  @ApiResponse({ status: 200, description: 'The caller is in it already.', type: Membership })
  @ApiProblems(...WRITES, 'conflict')
  async join(
    @IdParam() id: string,
    @CurrentCaller() { userId }: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Membership> {
    const { membership, isNew } = await this.commands.execute(new JoinRoom(userId, id));
    response.status(isNew ? 201 : 200);
    return membership;
  }

  @Patch('members/:userId')
  @Audited('role-change', pathParameter('userId'), pathParameter('id'))
  @ApiOperation({ operationId: 'changeRole', summary: 'Make a member an owner, or the reverse' })
  @ApiResponse({ status: 200, description: 'The member as they are now.', type: Member })
  @ApiProblems(...WRITES, ...BODY_PROBLEMS, 'conflict')
  changeRole(
    @IdParam() id: string,
    @IdParam('userId') memberId: string,
    @Body() { role }: ChangeRoleBody,
    @CurrentCaller() { userId }: Caller,
  ): Promise<Member> {
    return this.commands.execute(new ChangeRole(userId, id, memberId, role));
  }

  @Delete('members/:userId')
  @Audited('removal', anotherUser('userId'), pathParameter('id'))
  @HttpCode(204)
  @ApiOperation({
    operationId: 'removeMember',
    summary: 'Leave a room, or remove a member',
    description:
      'Leaving a direct conversation hides it: it is no longer among the caller’s rooms, until one of the two writes in it or the caller opens it again. Its history stays.',
  })
  @ApiResponse({ status: 204, description: 'They hear nothing of the room any more.' })
  @ApiProblems(...WRITES, 'conflict')
  remove(
    @IdParam() id: string,
    @IdParam('userId') memberId: string,
    @CurrentCaller() { userId }: Caller,
  ): Promise<void> {
    return this.commands.execute(new RemoveMember(userId, id, memberId));
  }

  @Get('invitations')
  @ApiOperation({
    operationId: 'listInvitations',
    summary: 'List the invitations into a room, page by page',
  })
  @ApiResponse({
    status: 200,
    description: 'One page, in the order of the ids of those who are invited.',
    type: [Invitation],
    headers: pickHeaders('Last-Event-ID', 'Link', 'X-Request-Id'),
  })
  @ApiProblems('invalid-parameter', 'unauthenticated', 'forbidden', 'not-found')
  async listInvitations(
    @IdParam() id: string,
    @Query() query: PageQuery,
    @CurrentCaller() { userId }: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<readonly Invitation[]> {
    const list = new ListInvitations(userId, id, keysetOf(response.req, query));
    return answerPage(response, query, await this.queries.execute(list));
  }

  @Post('invitations')
  @ReadsAgain(
    ({ callerId, ids, body }) =>
      new GetInvitation(callerId, ids['id']!, (body as InviteBody).userId),
  )
  @ApiOperation({ operationId: 'invite', summary: 'Invite someone into a room' })
  @ApiResponse({ status: 201, description: 'Invited.', type: Invitation })
  @ApiResponse({ status: 200, description: 'They were invited already.', type: Invitation })
  @ApiProblems(...WRITES, ...BODY_PROBLEMS, 'conflict', 'recipient-unavailable')
  async invite(
    @IdParam() id: string,
    @Body() { userId: invitedId }: InviteBody,
    @CurrentCaller() { userId }: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Invitation> {
    const { invitation, isNew } = await this.commands.execute(
      new InviteMember(userId, id, invitedId),
    );
    response.status(isNew ? 201 : 200);
    return invitation;
  }

  @Delete('invitations/:userId')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'withdrawInvitation',
    summary: 'Decline an invitation, or withdraw it',
  })
  @ApiResponse({ status: 204, description: 'It is no more.' })
  @ApiProblems(...WRITES)
  withdraw(
    @IdParam() id: string,
    @IdParam('userId') invitedId: string,
    @CurrentCaller() { userId }: Caller,
  ): Promise<void> {
    return this.commands.execute(new WithdrawInvitation(userId, id, invitedId));
  }

  @Put('read')
  @ApiOperation({ operationId: 'markRead', summary: 'Say how far I have read' })
  @ApiResponse({
    status: 200,
    description: 'Where the marker is now; it never moves back.',
    type: ReadMarker,
  })
  @ApiProblems(...WRITES, ...BODY_PROBLEMS)
  markRead(
    @IdParam() id: string,
    @Body() { seq }: ReadBody,
    @CurrentCaller() { userId }: Caller,
  ): Promise<ReadMarker> {
    return this.commands.execute(new MoveReadMarker(userId, id, seq));
  }

  @Post('typing')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'tellTyping',
    summary: 'Say that I am typing',
    description:
      'Delivered to those who are connected now, in a room of up to 1,000 members; a client shows it for 6 s. Nothing is stored.',
  })
  @ApiResponse({ status: 204, description: 'Told.' })
  @ApiProblems(...WRITES, 'conflict', 'recipient-unavailable')
  typing(@IdParam() id: string, @CurrentCaller() { userId }: Caller): Promise<void> {
    return this.commands.execute(new TellTyping(userId, id));
  }
}
