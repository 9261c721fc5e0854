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
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { anotherUser, Audited, pathParameter } from '../http/audited.js';
import { type Caller, CurrentCaller } from '../http/caller.js';
import { EXAMPLE_ID } from '../http/described-properties.js';
import {
  ApiIdempotencyKey,
  ApiProblems,
  BODY_PROBLEMS,
  KEY_PROBLEMS,
  linkToPages,
  pickHeaders,
  WRITE_PROBLEMS,
} from '../http/documented.js';
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

const NO_ROOM = { 'not-found': `There is no room with the id ${EXAMPLE_ID} for you.` };
const NO_SUCH_MEMBER = { 'not-found': `${EXAMPLE_ID} is not a member of this room.` };
const NOT_IN_ROOM = { forbidden: 'You are not in this room. Join it first.' };
const NO_OWNER = { forbidden: 'Only an owner of the room may do this.' };
const ARCHIVED = { conflict: 'The room is archived. An owner has to reopen it first.' };

@ApiTags('Rooms')
@Controller('api/rooms/:id')
export class MembersController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get('members')
  @ApiOperation({
    operationId: 'listMembers',
    summary: 'List the members of a room',
    description: 'Returns one page of the members. Only members may read it.',
  })
  @ApiResponse({
    status: 200,
    description: 'One page of members, in the order of the ids of the users.',
    type: [Member],
    headers: { ...pickHeaders('Last-Event-ID'), ...linkToPages() },
  })
  @ApiProblems('invalid-parameter', 'unauthenticated', NOT_IN_ROOM, NO_ROOM)
  async list(
    @IdParam('room') id: string,
    @Query() query: PageQuery,
    @CurrentCaller() { userId }: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<readonly Member[]> {
    const list = new ListMembers(userId, id, keysetOf(response.req, query));
    return answerPage(response, query, await this.queries.execute(list));
  }

  @Post('members')
  @ReadsAgain(({ callerId, ids }) => new GetMembership(callerId, ids['id']!))
  @ApiOperation({
    operationId: 'joinRoom',
    summary: 'Join a room',
    description:
      'The caller joins a public room, or accepts an invitation into a private one. A repeat with the same `Idempotency-Key` does not let a user back in who has left since.',
  })
  @ApiIdempotencyKey()
  @ApiResponse({ status: 201, description: 'The caller joined the room.', type: Membership })
  @ApiResponse({ status: 200, description: 'The caller was already a member.', type: Membership })
  @ApiProblems(...WRITE_PROBLEMS, ...KEY_PROBLEMS, NOT_IN_ROOM, NO_ROOM, ARCHIVED)
  async join(
    @IdParam('room') id: string,
    @CurrentCaller() { userId }: Caller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<Membership> {
    const { membership, isNew } = await this.commands.execute(new JoinRoom(userId, id));
    response.status(isNew ? 201 : 200);
    return membership;
  }

  @Patch('members/:userId')
  @Audited('role-change', pathParameter('userId'), pathParameter('id'))
  @ApiOperation({
    operationId: 'changeRole',
    summary: 'Change the role of a member',
    description: 'Only owners may change roles. A room keeps at least one owner.',
  })
  @ApiResponse({ status: 200, description: 'The member with the new role.', type: Member })
  @ApiProblems(...WRITE_PROBLEMS, ...BODY_PROBLEMS, NO_OWNER, NO_SUCH_MEMBER, {
    conflict: 'A room needs an owner: make someone else an owner first.',
  })
  changeRole(
    @IdParam('room') id: string,
    @IdParam('user', 'userId') memberId: string,
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
    summary: 'Leave a room or remove a member',
    description:
      'Members may remove themselves, owners may remove anyone. Leaving a direct conversation hides it: it is no longer among the caller’s rooms until one of the two writes in it or the caller opens it again. Its history stays.',
  })
  @ApiResponse({
    status: 204,
    description: 'The user is no longer a member and receives no further events of the room.',
  })
  @ApiProblems(...WRITE_PROBLEMS, NO_SUCH_MEMBER, {
    forbidden: 'Only an owner of the room may remove others.',
    conflict: 'The last owner cannot leave: make someone else an owner first.',
  })
  remove(
    @IdParam('room') id: string,
    @IdParam('user', 'userId') memberId: string,
    @CurrentCaller() { userId }: Caller,
  ): Promise<void> {
    return this.commands.execute(new RemoveMember(userId, id, memberId));
  }

  @Get('invitations')
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
  @ApiProblems('invalid-parameter', 'unauthenticated', NOT_IN_ROOM, NO_ROOM)
  async listInvitations(
    @IdParam('room') id: string,
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
  @ApiOperation({
    operationId: 'invite',
    summary: 'Invite a user into a room',
    description: 'Members may invite into a public room, owners into a private one.',
  })
  @ApiIdempotencyKey()
  @ApiResponse({ status: 201, description: 'The user was invited.', type: Invitation })
  @ApiResponse({ status: 200, description: 'The user was already invited.', type: Invitation })
  @ApiProblems(
    ...WRITE_PROBLEMS,
    ...BODY_PROBLEMS,
    ...KEY_PROBLEMS,
    'recipient-unavailable',
    NO_ROOM,
    {
      forbidden: 'Only an owner may invite into a private room.',
      conflict: `${EXAMPLE_ID} is a member of this room already.`,
    },
  )
  async invite(
    @IdParam('room') id: string,
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
    summary: 'Decline or withdraw an invitation',
    description:
      'The invited user declines the invitation. The user who sent it, and owners of the room, withdraw it.',
  })
  @ApiResponse({ status: 204, description: 'The invitation was removed.' })
  @ApiProblems(...WRITE_PROBLEMS, NO_OWNER, {
    'not-found': `${EXAMPLE_ID} is not invited into this room.`,
  })
  withdraw(
    @IdParam('room') id: string,
    @IdParam('user', 'userId') invitedId: string,
    @CurrentCaller() { userId }: Caller,
  ): Promise<void> {
    return this.commands.execute(new WithdrawInvitation(userId, id, invitedId));
  }

  @Put('read')
  @ApiOperation({
    operationId: 'markRead',
    summary: 'Move my read marker',
    description: 'Marks all messages up to `seq` as read. The marker never moves back.',
  })
  @ApiResponse({
    status: 200,
    description: 'Where the marker is now.',
    type: ReadMarker,
  })
  @ApiProblems(...WRITE_PROBLEMS, ...BODY_PROBLEMS, NOT_IN_ROOM, NO_ROOM)
  markRead(
    @IdParam('room') id: string,
    @Body() { seq }: ReadBody,
    @CurrentCaller() { userId }: Caller,
  ): Promise<ReadMarker> {
    return this.commands.execute(new MoveReadMarker(userId, id, seq));
  }

  @Post('typing')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'tellTyping',
    summary: 'Announce that I am typing',
    description:
      'Delivered to members who are connected now, in rooms of up to 1,000 members. Clients show it for 6 s. Nothing is stored.',
  })
  @ApiIdempotencyKey()
  @ApiResponse({ status: 204, description: 'Announced.' })
  @ApiProblems(
    ...WRITE_PROBLEMS,
    ...KEY_PROBLEMS,
    'recipient-unavailable',
    NOT_IN_ROOM,
    NO_ROOM,
    ARCHIVED,
  )
  typing(@IdParam('room') id: string, @CurrentCaller() { userId }: Caller): Promise<void> {
    return this.commands.execute(new TellTyping(userId, id));
  }
}
