import { applyDecorators, Injectable, SetMetadata } from '@nestjs/common';
import type { Response } from 'express';
import type { Around, AroundHandlers, HandledRoute } from './around-handlers.js';
import { ApiPrefer } from './documented.js';
import { preference } from './preferences.js';

const HONOURS_PREFER = Symbol('honours prefer');

/** Marks and documents a write that supports `Prefer: return=minimal` and `return=representation`. */
export const HonoursPrefer = () => applyDecorators(SetMetadata(HONOURS_PREFER, true), ApiPrefer());

/**
 * Omits the body of a response if the client prefers that. The status is then 204 (RFC 7240, 4.2). It runs outside of
 * the idempotency keys, so a repeat follows its own preference instead of that of the first request.
 *
 * There is no `Vary: Prefer`: responses to writes are not cached, and reads ignore the header.
 */
@Injectable()
export class ReturnPreference implements AroundHandlers {
  around({ handler }: HandledRoute): Around | undefined {
    if (!Reflect.hasMetadata(HONOURS_PREFER, handler)) return undefined;
    return ({ headers, res }, handle) => {
      const preferred = preference(headers['prefer'] as string | undefined, 'return');
      return preferred === 'minimal' || preferred === 'representation'
        ? honour(preferred, res!, handle)
        : handle();
    };
  }
}

async function honour(
  preferred: 'minimal' | 'representation',
  response: Response,
  handle: () => unknown,
): Promise<unknown> {
  const body = await handle();
  response.set('Preference-Applied', `return=${preferred}`);
  if (preferred === 'representation') return body;
  response.status(204);
  return undefined;
}
