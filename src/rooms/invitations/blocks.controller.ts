import { Controller, Delete, Get, HttpCode, Put, Query, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { type UserCaller, CurrentUser } from '../../http/caller.js';
import { EXAMPLE_ID } from '../../http/described-properties.js';
import { ApiProblems, linkToPages, pickHeaders, WRITE_PROBLEMS } from '../../http/documented.js';
import { IdParam, NOT_AN_ID } from '../../http/ids.js';
import { answerPage, keysetOf, PageQuery } from '../../http/paging.js';
import { Block } from '../room/block.js';
import { REFUSALS } from '../room/room-rules.js';
import { BlockUser } from './block-user.js';
import { ListBlocks } from './list-blocks.js';
import { UnblockUser } from './unblock-user.js';

@ApiTags('Rooms')
@Controller('api/me/blocks')
export class BlocksController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @ApiOperation({
    operationId: 'listBlocks',
    summary: 'List the users I block',
    description: 'Returns one page of the blocked users. Nobody else can see them.',
  })
  @ApiResponse({
    status: 200,
    description: 'One page of blocks, in the order of the ids of the users.',
    type: [Block],
    headers: { ...pickHeaders('Last-Event-ID'), ...linkToPages() },
  })
  @ApiProblems('invalid-parameter', 'unauthenticated')
  async list(
    @Query() query: PageQuery,
    @CurrentUser() { userId }: UserCaller,
    @Res({ passthrough: true }) response: Response,
  ): Promise<readonly Block[]> {
    const list = new ListBlocks(userId, keysetOf(response.req, query));
    return answerPage(response, query, await this.queries.execute(list));
  }

  @Put(':userId')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'blockUser',
    summary: 'Block a user',
    description:
      'The user can no longer send the caller direct messages or invitations, and is not notified. Rooms that both are in do not change. Pending invitations by the user are declined.',
  })
  @ApiResponse({ status: 204, description: 'The user is blocked.' })
  @ApiProblems(...WRITE_PROBLEMS, {
    'not-found': `There is no user with the id ${EXAMPLE_ID}.`,
    conflict: REFUSALS.blockSelf,
  })
  block(
    @IdParam('user', 'userId') blockedId: string,
    @CurrentUser() { userId }: UserCaller,
  ): Promise<void> {
    return this.commands.execute(new BlockUser(userId, blockedId));
  }

  @Delete(':userId')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'unblockUser',
    summary: 'Unblock a user',
    description: 'The user can send the caller direct messages and invitations again.',
  })
  @ApiResponse({ status: 204, description: 'The user is not blocked.' })
  @ApiProblems(...WRITE_PROBLEMS, { 'not-found': NOT_AN_ID })
  unblock(
    @IdParam('user', 'userId') blockedId: string,
    @CurrentUser() { userId }: UserCaller,
  ): Promise<void> {
    return this.commands.execute(new UnblockUser(userId, blockedId));
  }
}
