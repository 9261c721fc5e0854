import { Database, DatabaseDamaged, Streams } from '@carillon/nestjs';
import { Controller, Get } from '@nestjs/common';
import { ApiExtraModels, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { Anyone } from '../http/caller.js';
import { ApiUnlimitedProblems } from '../http/documented.js';
import { Problem } from '../http/problems.js';
import { Unlimited } from '../http/rate-limit.js';
import { AnyInput } from '../http/strict-input.js';
import { HealthIndicator, LiveReport, NOT_READY, ReadyReport } from './health-report.js';
import { Lifecycle } from './lifecycle.js';

@ApiTags('Operations')
@ApiExtraModels(HealthIndicator)
@Anyone()
@Unlimited()
// Monitors append parameters of their own, and a failed probe can restart the process.
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

  @Get('live')
  @HealthCheck({ swaggerDocumentation: false })
  @ApiOperation({
    operationId: 'isLive',
    summary: 'Check whether the process is alive',
    description: 'Restart the process if it does not respond. This request checks nothing else.',
  })
  @ApiResponse({ status: 200, description: 'The process is alive.', type: LiveReport })
  @ApiUnlimitedProblems()
  live() {
    return this.health.check([]);
  }

  @Get('ready')
  @HealthCheck({ swaggerDocumentation: false })
  @ApiOperation({
    operationId: 'isReady',
    summary: 'Check whether the process can serve requests',
    description:
      'Send no requests to the process while the response is 503: it is shutting down, or the database does not respond or cannot be written.',
  })
  @ApiResponse({ status: 200, description: 'The process is ready.', type: ReadyReport })
  @ApiUnlimitedProblems({
    unavailable: new Problem('unavailable', 'database: does not respond.', {
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

  /** A process whose streams are at the limit is still ready: it serves all other requests, and open streams continue. */
  #places() {
    return this.indicators.check('streams').up({ full: this.streams.isFull });
  }

  async #database() {
    const indicator = this.indicators.check('database');
    try {
      return (await this.database.ping()) ? indicator.up() : indicator.down('is read-only');
    } catch (error) {
      return indicator.down(error instanceof DatabaseDamaged ? 'is damaged' : 'does not respond');
    }
  }
}
