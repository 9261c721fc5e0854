import { Database, EventLog } from '@carillon/nestjs';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import type { Keyset, Snapshot } from '../../http/paging.js';
import type { Block } from '../room/block.js';
import { BlocksRepository } from './blocks.repository.js';

export class ListBlocks extends Query<Snapshot<Block>> {
  constructor(
    readonly callerId: string,
    readonly page: Keyset,
  ) {
    super();
  }
}

@QueryHandler(ListBlocks)
export class ListBlocksHandler implements IQueryHandler<ListBlocks> {
  constructor(
    private readonly database: Database,
    private readonly blocks: BlocksRepository,
    private readonly log: EventLog,
  ) {}

  execute({ callerId, page }: ListBlocks): Promise<Snapshot<Block>> {
    return this.database.snapshot(async (db) => ({
      ...(await this.blocks.page(db, callerId, page)),
      cursor: await this.log.cursor(db),
    }));
  }
}
