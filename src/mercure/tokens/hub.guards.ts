import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  NotFoundException,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { Problem } from '../../http/problems.js';
import { BearerProblems } from '../hub/bearer-problems.js';
import { HubSettings } from '../hub/settings.js';
import { HubAccess } from './hub-access.js';
import { subscriberOf } from './hub-caller.js';

const requestOf = (context: ExecutionContext): Request =>
  context.switchToHttp().getRequest<Request>();

/** What one caller gets is for no other, and for no cache. */
function keepPrivate(context: ExecutionContext): void {
  const response = context.switchToHttp().getResponse<Response>();
  response.vary('Authorization').vary('Cookie').set('Cache-Control', 'no-store');
}

/** Requires the token of a publisher. */
@Injectable()
export class PublisherGuard implements CanActivate {
  constructor(
    private readonly access: HubAccess,
    private readonly problems: BearerProblems,
  ) {}

  async canActivate(context: ExecutionContext): Promise<true> {
    const request = requestOf(context);
    if (this.access.presented(request)?.isCookie) refuseForgery(request);
    const caller = await this.access.callerOf(request, 'publisher');
    if (!caller) throw this.problems.missing();
    request.hubCaller = caller;
    return true;
  }
}

/** Requires the token of a subscriber, unless the operator accepts anonymous subscribers. */
@Injectable()
export class SubscriberGuard implements CanActivate {
  constructor(
    private readonly access: HubAccess,
    private readonly settings: HubSettings,
    private readonly problems: BearerProblems,
  ) {}

  async canActivate(context: ExecutionContext): Promise<true> {
    const request = requestOf(context);
    keepPrivate(context);
    const caller = await this.access.callerOf(request, 'subscriber');
    if (!caller && !this.settings.directives.anonymous) throw this.problems.missing();
    if (!caller) return true;
    request.hubCaller = caller;
    request.subscriber = subscriberOf(caller);
    return true;
  }
}

/** Requires the token of a subscriber, and that the operator has active subscriptions tracked. */
@Injectable()
export class SubscriptionsGuard implements CanActivate {
  constructor(
    private readonly access: HubAccess,
    private readonly settings: HubSettings,
    private readonly problems: BearerProblems,
  ) {}

  async canActivate(context: ExecutionContext): Promise<true> {
    if (!this.settings.directives.subscriptions) throw new NotFoundException();
    const request = requestOf(context);
    keepPrivate(context);
    const caller = await this.access.callerOf(request, 'subscriber');
    if (!caller) throw this.problems.missing();
    request.hubCaller = caller;
    return true;
  }
}

/**
 * A browser sends a cookie with the requests of any page. `Origins` has checked the origin of the page, if the request
 * states it.
 */
function refuseForgery(request: Request): void {
  const states = ['Origin', 'Referer'].some((name) => request.get(name) !== undefined);
  if (states || request.get('Sec-Fetch-Site') === 'same-origin') return;
  throw new Problem(
    'cross-site-request',
    'A request with a cookie must have the header Origin. Programs send their token as Authorization: Bearer.',
  );
}
