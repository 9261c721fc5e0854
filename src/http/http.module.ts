import { CarillonModule } from '@carillon/nestjs';
import { Global, Module, type NestModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { LoggerModule } from 'nestjs-pino';
import { Config } from '../config.js';
import { SecurityAudit } from './audited.js';
import { Idempotency } from './idempotency.js';
import { IdempotencyKeys } from './idempotency-keys.js';
import { loggingOptions } from './logging.js';
import { Origins } from './origins.js';
import { LongLists } from './long-lists.js';
import { UncheckedPreconditions } from './preconditions.js';
import { ProblemFilter } from './problem.filter.js';
import { RateLimit } from './rate-limit.js';
import { RequestLog } from './request-log.js';
import { RequestStatistics } from './request-statistics.js';
import { ReturnPreference } from './return-preference.js';
import { SecurityLog } from './security-log.js';
import { StrictInput } from './strict-input.js';
import { RequestValidation } from './validation.js';
import { WrappedHandlers } from './wrapped-handlers.js';
import { httpFeature } from './http.feature.js';

/** Everything that applies to all requests. */
@Global()
@Module({
  imports: [
    CarillonModule.forFeature(httpFeature),
    DiscoveryModule,
    LoggerModule.forRootAsync({ inject: [Config], useFactory: loggingOptions }),
  ],
  providers: [
    IdempotencyKeys,
    Idempotency,
    RateLimit,
    RequestLog,
    RequestStatistics,
    RequestValidation,
    ReturnPreference,
    SecurityAudit,
    SecurityLog,
    WrappedHandlers,
    Origins,
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_GUARD, useExisting: RateLimit },
    { provide: APP_GUARD, useClass: UncheckedPreconditions },
    { provide: APP_GUARD, useClass: StrictInput },
    { provide: APP_GUARD, useClass: LongLists },
  ],
  exports: [RateLimit, RequestLog, RequestStatistics, SecurityLog],
})
export class HttpModule implements NestModule {
  constructor(private readonly handlers: WrappedHandlers) {}

  configure(): void {
    this.handlers.wrap();
  }
}
