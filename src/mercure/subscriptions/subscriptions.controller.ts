import { Database, EventLog } from '@carillon/nestjs';
import { Controller, Get, Param, Req, Res, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { Anyone } from '../../http/caller.js';
import { Problem } from '../../http/problems.js';
import { AnyInput } from '../../http/strict-input.js';
import { BearerProblems } from '../hub/bearer-problems.js';
import { HubSettings } from '../hub/settings.js';
import { SubscriptionsGuard } from '../tokens/hub.guards.js';
import { documentOf, pathOf, SUBSCRIPTIONS_PATH } from './subscription-document.js';
import { type SubscriptionFilter, SubscriptionsRepository } from './subscriptions.repository.js';
import type { StoredSubscription } from './subscriptions.repository.js';

/** The most subscriptions of one document. */
const MAX_LISTED = 10_000;

@Anyone()
@AnyInput()
@ApiExcludeController()
@UseGuards(SubscriptionsGuard)
@Controller(SUBSCRIPTIONS_PATH)
export class SubscriptionsController {
  constructor(
    private readonly settings: HubSettings,
    private readonly problems: BearerProblems,
    private readonly database: Database,
    private readonly log: EventLog,
    private readonly repository: SubscriptionsRepository,
  ) {}

  @Get()
  all(@Req() request: Request, @Res({ passthrough: true }) response: Response): Promise<object> {
    return this.#list(SUBSCRIPTIONS_PATH, {}, request, response);
  }

  @Get(':match_type/:match')
  ofMatcher(
    @Param() matcher: Pick<StoredSubscription, 'match_type' | 'match'>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    return this.#list(pathOf(matcher), matcher, request, response);
  }

  @Get(':match_type/:match/:subscriber')
  async one(
    @Param() name: Pick<StoredSubscription, 'match_type' | 'match' | 'subscriber'>,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    const [row] = await this.#read(pathOf(name), name, request, response);
    if (row) return documentOf(row, true);
    throw new Problem('not-found', 'This subscription does not exist, or it has ended.');
  }

  async #list(
    path: string,
    filter: SubscriptionFilter,
    request: Request,
    response: Response,
  ): Promise<object> {
    const rows = await this.#read(path, filter, request, response);
    const subscriptions = rows.map((row) => documentOf(row, true));
    return { id: path, type: 'subscriptions', subscriptions };
  }

  /** With the cursor of the same snapshot: a stream from there continues without a gap. */
  async #read(
    path: string,
    filter: SubscriptionFilter,
    { hubCaller }: Request,
    response: Response,
  ): Promise<StoredSubscription[]> {
    if (!hubCaller!.subscribe.matches([path]))
      throw this.problems.insufficient(`The token does not grant "${path}".`);
    const { rows, head, cursor } = await this.database.snapshot(async (db) => ({
      rows: await this.repository.list(db, filter, MAX_LISTED),
      head: (await this.log.state(db)).head,
      cursor: await this.log.cursor(db),
    }));
    const last = head === 0 ? 'earliest' : cursor;
    response.set('Cache-Control', 'private, no-cache');
    response.set(
      'Link',
      `<${this.settings.url}>; rel="mercure"; last-event-id="${last}"; type="mercure"; content-type="application/json"`,
    );
    return rows;
  }
}
