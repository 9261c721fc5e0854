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
import { anotherUser, Audited, pathParameter } from '../../http/audited.js';
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
import { answerPage, keysetOf, WORD_KEYS } from '../../http/paging.js';
import { ARCHIVED, NO_ROOM, NOT_MEMBER, NOT_OWNER } from '../room/room-problems.js';
import { REFUSALS } from '../room/room-rules.js';
import { Member, Membership, ReadMarker } from '../room/room.js';
import { ChangeRole } from './change-role.js';
import { GetMembership } from './get-membership.js';
import { JoinRoom } from './join-room.js';
import { ListMembers } from './list-members.js';
import { MarkUnread } from './mark-unread.js';
import { ListedMember, MembersQuery } from './members-list.js';
import { ChangeRoleBody, ReadBody, UnreadBody } from './member-bodies.js';
import { MoveReadMarker } from './move-read-marker.js';
import { RemoveMember } from './remove-member.js';

const NO_SUCH_MEMBER = { 'not-found': REFUSALS.noMember(EXAMPLE_ID) };

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
    description:
      'Returns one page of the members with their names, or of those whom `q` finds. A page of a search may have fewer entries than `limit` although more follow: follow `Link: rel="next"`. Only members may read it.',
  })
  @ApiResponse({
    status: 200,
    description:
      'One page of members, in the order of the ids of the users, or of the words that `q` finds.',
    type: [ListedMember],
    headers: { ...pickHeaders('Last-Event-ID', 'Member-Count'), ...linkToPages() },
  })
  @ApiProblems('invalid-parameter', 'unauthenticated', NOT_MEMBER, NO_ROOM)
  async list(
    @IdParam('room') id: string,
    @Query() query: MembersQuery,
    @CurrentUser() { userId }: UserCaller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<readonly ListedMember[]> {
    const keys = query.q === undefined ? undefined : WORD_KEYS;
    const list = new ListMembers(userId, id, keysetOf(response.req, query, keys));
    const page = await this.queries.execute(list);
    response.set('Member-Count', String(page.total));
    return answerPage(response, query, page);
  }

  @Post('members')
  @ReadsAgain(({ callerId, ids }) => new GetMembership(callerId, ids['id']!))
  @ApiOperation({
    operationId: 'joinRoom',
    summary: 'Join a room',
    description:
      'The caller joins a public room, or accepts an invitation into a private one. A retry with the same `Idempotency-Key` does not rejoin a room that the caller has left since.',
  })
  @ApiIdempotencyKey()
  @ApiResponse({ status: 201, description: 'The caller joined the room.', type: Membership })
  @ApiResponse({ status: 200, description: 'The caller was already a member.', type: Membership })
  @ApiProblems(...WRITE_PROBLEMS, ...KEY_PROBLEMS, NOT_MEMBER, NO_ROOM, ARCHIVED)
  async join(
    @IdParam('room') id: string,
    @CurrentUser() { userId }: UserCaller,
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
  @ApiProblems(...WRITE_PROBLEMS, NOT_OWNER, NO_SUCH_MEMBER, {
    conflict: REFUSALS.lastOwner,
  })
  changeRole(
    @IdParam('room') id: string,
    @IdParam('user', 'userId') memberId: string,
    @Body() { role }: ChangeRoleBody,
    @CurrentUser() { userId }: UserCaller,
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
    forbidden: REFUSALS.removeByMember,
    conflict: REFUSALS.lastOwner,
  })
  remove(
    @IdParam('room') id: string,
    @IdParam('user', 'userId') memberId: string,
    @CurrentUser() { userId }: UserCaller,
  ): Promise<void> {
    return this.commands.execute(new RemoveMember(userId, id, memberId));
  }

  @Put('read')
  @ApiOperation({
    operationId: 'markRead',
    summary: 'Move my read marker',
    description:
      'Marks all messages up to `seq` as read. The marker does not move back: use `PUT /api/rooms/{id}/unread` for that.',
  })
  @ApiResponse({
    status: 200,
    description: 'Where the marker is now.',
    type: ReadMarker,
  })
  @ApiProblems(...WRITE_PROBLEMS, NOT_MEMBER, NO_ROOM)
  markRead(
    @IdParam('room') id: string,
    @Body() { seq, from = 0 }: ReadBody,
    @CurrentUser() { userId }: UserCaller,
  ): Promise<ReadMarker> {
    return this.commands.execute(new MoveReadMarker(userId, id, seq, from));
  }

  @Put('unread')
  @ApiOperation({
    operationId: 'markUnread',
    summary: 'Move my read marker back',
    description:
      'Marks the message `seq` and all later ones as unread. Has no effect if the marker is before that message already.',
  })
  @ApiResponse({ status: 200, description: 'Where the marker is now.', type: ReadMarker })
  @ApiProblems(...WRITE_PROBLEMS, NOT_MEMBER, NO_ROOM)
  markUnread(
    @IdParam('room') id: string,
    @Body() { seq }: UnreadBody,
    @CurrentUser() { userId }: UserCaller,
  ): Promise<ReadMarker> {
    return this.commands.execute(new MarkUnread(userId, id, seq));
  }
}
