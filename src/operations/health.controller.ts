import { Controller, Get } from '@nestjs/common';
import { ApiExtraModels, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { Database } from '../database/database.js';
import { DatabaseDamaged } from '../database/errors.js';
import { Anyone } from '../http/caller.js';
import { ApiUnlimitedProblems } from '../http/documented.js';
import { Problem } from '../http/problems.js';
import { Unlimited } from '../http/rate-limit.js';
import { AnyInput } from '../http/strict-input.js';
import { Streams } from '../events/streams.js';
import { HealthIndicator, LiveReport, NOT_READY, ReadyReport } from './health-report.js';
import { Lifecycle } from './lifecycle.js';

@ApiTags('Operations')
@ApiExtraModels(HealthIndicator)
@Anyone()
@Unlimited()
// A monitor may append what it wants: a probe that fails has the process replaced.
@AnyInput()
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly database: Database,
    private readonly lifecycle: Lifecycle,
    private readonly streams: Streams,
  ) {}

  /** Whether the process answers at all: restart it if it does not. */
  @Get('live')
  @HealthCheck({ swaggerDocumentation: false })
  @ApiOperation({
    operationId: 'isLive',
    summary: 'Check whether the process is alive',
    description: 'Restart the process if it does not answer. It checks nothing else.',
  })
  @ApiResponse({ status: 200, description: 'The process is alive.', type: LiveReport })
  @ApiUnlimitedProblems()
  live() {
    return this.health.check([]);
  }

  /** Whether to send it requests: not while it shuts down, nor while the database does not answer or cannot be written. */
  @Get('ready')
  @HealthCheck({ swaggerDocumentation: false })
  @ApiOperation({
    operationId: 'isReady',
    summary: 'Check whether the process can serve requests',
    description:
      'Send it no requests while the response is 503: the process is shutting down, or the database does not answer or cannot be written.',
  })
  @ApiResponse({ status: 200, description: 'The process is ready.', type: ReadyReport })
  @ApiUnlimitedProblems({
    unavailable: new Problem('unavailable', 'database: does not answer.', {
      members: { checks: NOT_READY },
    }),
  })
  ready() {
    return this.health.check([() => this.#running(), () => this.#database(), () => this.#places()]);
  }

  #running() {
    const indicator = this.indicators.check('process');
    return this.lifecycle.isStopping ? indicator.down('shutting down') : indicator.up();
  }

  /** Full is not unready: all other requests are served, and the streams that are open go on. */
  #places() {
    return this.indicators.check('streams').up({ full: this.streams.isFull });
  }

  async #database() {
    const indicator = this.indicators.check('database');
    try {
      return (await this.database.ping()) ? indicator.up() : indicator.down('is read-only');
    } catch (error) {
      return indicator.down(error instanceof DatabaseDamaged ? 'is damaged' : 'does not answer');
    }
  }
}
