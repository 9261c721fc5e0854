import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Response } from 'express';
import { map, type Observable } from 'rxjs';
import { ApiPrefer } from './documented.js';
import { preference } from './preferences.js';

const HONOURS_PREFER = Symbol('honours prefer');

/** Says of a write that its response follows `Prefer: return=minimal` and `return=representation`, and documents it. */
export const HonoursPrefer = () => applyDecorators(SetMetadata(HONOURS_PREFER, true), ApiPrefer());

/**
 * Leaves the body out of a response where the client prefers that: the status is then 204 (RFC 7240, 4.2). It stands around
 * the idempotency keys, so a repeat follows its own preference, and not that of the first request.
 *
 * There is no `Vary: Prefer`: responses to writes are in no cache, and reads do not follow the header.
 */
@Injectable()
export class ReturnPreference implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const response = context.switchToHttp().getResponse<Response>();
    const preferred = preference(response.req.get('Prefer'), 'return');
    if (preferred !== 'minimal' && preferred !== 'representation') return next.handle();
    const isHonoured = this.reflector.get<true | undefined>(HONOURS_PREFER, context.getHandler());
    if (!isHonoured) return next.handle();
    return next.handle().pipe(
      map((body: unknown) => {
        response.set('Preference-Applied', `return=${preferred}`);
        if (preferred === 'representation') return body;
        response.status(204);
        return undefined;
      }),
    );
  }
}
