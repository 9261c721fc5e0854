import { HUB_PATH, Topics } from '@carillon/nestjs/internal';
import { Controller, Header, HttpCode, Post, Req, Res, UseGuards } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { PublishQuota } from '../../events/publish/publish-quota.js';
import { Anyone } from '../../http/caller.js';
import { Secret } from '../../http/idempotency.js';
import { CountedAsRead } from '../../http/rate-limit.js';
import { AnyInput } from '../../http/strict-input.js';
import { BearerProblems } from '../hub/bearer-problems.js';
import { HubSettings } from '../hub/settings.js';
import { PublisherGuard } from '../tokens/hub.guards.js';
import type { HubCaller } from '../tokens/hub-caller.js';
import { DEFAULT_TYPE, PublishUpdate } from './publish-update.js';
import { type Update, updateOf } from './update-form.js';

@Anyone()
@AnyInput()
@ApiExcludeController()
@Controller(HUB_PATH)
export class UpdatesController {
  constructor(
    private readonly commands: CommandBus,
    private readonly settings: HubSettings,
    private readonly topics: Topics,
    private readonly problems: BearerProblems,
    private readonly quota: PublishQuota,
  ) {}

  /** The protocol has no idempotency keys: a publisher chooses the id of the update. */
  @Post()
  @Secret()
  @CountedAsRead()
  @UseGuards(PublisherGuard)
  @HttpCode(200)
  @Header('Content-Type', 'text/plain; charset=utf-8')
  publish(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    const caller = request.hubCaller!;
    const body: unknown = request.body;
    const update = updateOf(Buffer.isBuffer(body) ? body : Buffer.alloc(0), this.settings.url);
    this.#authorize(update, caller);
    this.quota.take(caller, 1, response);
    return this.commands.execute(new PublishUpdate(update, caller.id));
  }

  /** @throws Problem `forbidden` (`insufficient_scope`) */
  #authorize({ topics, type = DEFAULT_TYPE }: Update, { publish }: HubCaller): void {
    const refusal = this.topics.refusalOf({ topics, type });
    if (refusal !== undefined) throw this.problems.insufficient(refusal);
    const topic = topics.find((each) => !publish.matches([each]));
    if (topic !== undefined)
      throw this.problems.insufficient(
        `The token does not permit publishing on the topic "${topic}".`,
      );
  }
}
