import { Body, Controller, Delete, Get, HttpCode, Put } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { CurrentUser, type UserCaller } from '../http/caller.js';
import { ApiProblems, WRITE_PROBLEMS } from '../http/documented.js';
import { Problem } from '../http/problems.js';
import { PushKey, PushSubscriptionBody } from './push-bodies.js';
import { MAX_DEVICES_PER_USER, SubscribeDevice } from './subscribe-device.js';
import { UnsubscribeDevice } from './unsubscribe-device.js';
import { VapidKeys } from './vapid-keys.js';

const NO_SESSION = {
  forbidden: 'Push notifications require a session, because they end with it. Sign in.',
};

/** The push subscription of the browser of a session. */
@ApiTags('Push')
@Controller('api/push')
export class PushController {
  constructor(
    private readonly commands: CommandBus,
    private readonly keys: VapidKeys,
  ) {}

  @Get('key')
  @ApiOperation({
    operationId: 'getPushKey',
    summary: 'Get the key for push subscriptions',
    description: 'Returns the public key (RFC 8292) for which a browser creates its subscription.',
  })
  @ApiResponse({ status: 200, description: 'The key.', type: PushKey })
  @ApiProblems('unauthenticated')
  key(): PushKey {
    return { publicKey: this.keys.publicKey };
  }

  @Put('subscription')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'putPushSubscription',
    summary: 'Send notifications to this browser',
    description: `Stores the push subscription of the browser of this session, in place of an earlier one. The browser is notified of messages according to the notification levels of the caller, unless they have read them on another device. The subscription ends with the session, and when the push service reports that it no longer exists. A user has at most ${MAX_DEVICES_PER_USER}; a further one replaces the oldest.`,
  })
  @ApiResponse({ status: 204, description: 'The subscription is stored.' })
  @ApiProblems(...WRITE_PROBLEMS, NO_SESSION)
  put(
    @Body() { endpoint, p256dh, auth }: PushSubscriptionBody,
    @CurrentUser() caller: UserCaller,
  ): Promise<void> {
    const target = { endpoint, p256dh, auth };
    return this.commands.execute(new SubscribeDevice(caller.userId, sessionOf(caller), target));
  }

  @Delete('subscription')
  @HttpCode(204)
  @ApiOperation({
    operationId: 'deletePushSubscription',
    summary: 'Send no more notifications to this browser',
    description:
      'Deletes the push subscription of the browser of this session. Has no effect if there is none.',
  })
  @ApiResponse({ status: 204, description: 'There is no subscription.' })
  @ApiProblems(...WRITE_PROBLEMS, NO_SESSION)
  delete(@CurrentUser() caller: UserCaller): Promise<void> {
    return this.commands.execute(new UnsubscribeDevice(sessionOf(caller)));
  }
}

function sessionOf({ sessionId }: UserCaller): string {
  if (sessionId === null) throw new Problem('forbidden', NO_SESSION.forbidden);
  return sessionId;
}
