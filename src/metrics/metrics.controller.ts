import { Controller, Get, Header, Headers } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Config } from '../config.js';
import { Anyone } from '../http/caller.js';
import { Problem } from '../http/problems.js';
import { Unlimited } from '../http/rate-limit.js';
import { AnyInput } from '../http/strict-input.js';
import { Metrics } from './metrics.js';
import { OPEN_METRICS } from './open-metrics.js';
import { mayRead } from './settings.js';

/** For the operator, so it is not part of the described API. It exists only with METRICS_TOKEN. */
@ApiExcludeController()
@Anyone()
@Unlimited()
@AnyInput()
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly config: Config,
  ) {}

  @Get()
  @Header('Content-Type', OPEN_METRICS)
  @Header('Cache-Control', 'no-store')
  read(@Headers('Authorization') authorization: string | undefined): Promise<string> {
    if (!mayRead(authorization, this.config))
      throw new Problem('unauthenticated', 'Send METRICS_TOKEN as Authorization: Bearer.');
    return this.metrics.text();
  }
}
