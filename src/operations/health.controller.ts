import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { Database } from '../database/database.js';
import { DatabaseDamaged } from '../database/errors.js';
import { Anyone } from '../http/caller.js';
import { ApiUnlimitedProblems } from '../http/documented.js';
import { Unlimited } from '../http/rate-limit.js';
import { Streams } from '../events/streams.js';
import { Lifecycle } from './lifecycle.js';

@ApiTags('Operations')
@Anyone()
@Unlimited()
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
  @ApiOperation({ operationId: 'isLive', summary: 'Is the process alive?' })
  @ApiResponse({ status: 200, description: 'It is.' })
  live() {
    return this.health.check([]);
  }

  /** Whether to send it requests: not while it shuts down, nor while the database does not answer or cannot be written. */
  @Get('ready')
  @HealthCheck({ swaggerDocumentation: false })
  @ApiOperation({ operationId: 'isReady', summary: 'Can it serve requests?' })
  @ApiResponse({ status: 200, description: 'It can.' })
  @ApiUnlimitedProblems()
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
