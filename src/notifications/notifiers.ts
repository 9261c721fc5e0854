import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Injectable,
  UseGuards,
} from '@nestjs/common';
import type { Request } from 'express';
import { TakesKeys } from '../http/caller.js';
import { Problem } from '../http/problems.js';

export const NOT_NOTIFIER = {
  forbidden: 'Only callers who may send notifications can use this address.',
};

/** Refuses everyone except callers whose credentials allow them to send notifications. */
@Injectable()
class NotifiersGuard implements CanActivate {
  /** @throws Problem `forbidden` */
  canActivate(context: ExecutionContext): true {
    const { caller } = context.switchToHttp().getRequest<Request>();
    if (caller?.mayNotify === true) return true;
    throw new Problem('forbidden', NOT_NOTIFIER.forbidden);
  }
}

/** Marks a route or controller for callers who may send notifications. */
export const Notifiers = () => applyDecorators(TakesKeys(), UseGuards(NotifiersGuard));
