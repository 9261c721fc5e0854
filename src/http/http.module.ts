import { Global, type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { LoggerModule } from 'nestjs-pino';
import { Config } from '../config.js';
import { bodies } from './bodies.js';
import { Idempotency } from './idempotency.js';
import { IdempotencyKeys } from './idempotency-keys.js';
import { loggingOptions } from './logging.js';
import { Origins } from './origins.js';
import { LongLists } from './long-lists.js';
import { UncheckedPreconditions } from './preconditions.js';
import { ProblemFilter } from './problem.filter.js';
import { RateLimit } from './rate-limit.js';
import { ReturnPreference } from './return-preference.js';
import { SecurityLog } from './security-log.js';
import { StrictInput } from './strict-input.js';
import { largestBody } from './text-fields.js';
import { RequestValidation } from './validation.js';

/** What holds for every request, whatever it is about. */
@Global()
@Module({
  imports: [LoggerModule.forRootAsync({ inject: [Config], useFactory: loggingOptions })],
  providers: [
    IdempotencyKeys,
    SecurityLog,
    Origins,
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_GUARD, useClass: RateLimit },
    { provide: APP_GUARD, useClass: UncheckedPreconditions },
    { provide: APP_GUARD, useClass: StrictInput },
    { provide: APP_GUARD, useClass: LongLists },
    { provide: APP_INTERCEPTOR, useClass: ReturnPreference },
    { provide: APP_INTERCEPTOR, useClass: Idempotency },
    { provide: APP_PIPE, useClass: RequestValidation },
  ],
  exports: [SecurityLog],
})
export class HttpModule implements NestModule {
  /** After the logger's middleware, which is global: a body that cannot be read is logged, too. */
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(bodies(largestBody())).forRoutes('{*path}');
  }
}
