import { Database, UnitOfWork } from '@carillon/nestjs';
import { backoff } from '@carillon/nestjs/internal';
import { Injectable, Logger } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { Config } from '../config.js';
import { GetNotifiedMessage } from '../rooms/levels/get-notified-message.js';
import { PushQueueRepository, type QueuedPush } from './push-queue.repository.js';
import { KEPT_FOR, PushRequests } from './push-request.js';
import { type PushAnswer, type PushRequest, PushService } from './push-service.js';
import { type Device, PushSubscriptionsRepository } from './push-subscriptions.repository.js';

/** Messages that are sent to a browser before others get their turn. */
const AT_ONCE = 5;
/** Milliseconds for the queries between the requests. */
const SLACK = 5000;
/** Maximum milliseconds after a failure of a push service: PUSH_TIMEOUT, doubled with each further failure. */
const LONGEST_PAUSE = 60 * 60_000;

/** What the answer of a push service means (RFC 8030, 5 and 7.3). */
type Outcome = 'sent' | 'gone' | 'refused' | 'failed';

/** Sends the queued messages of one browser, in order. */
@Injectable()
export class PushDelivery {
  readonly #logger = new Logger('Push');

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly work: UnitOfWork,
    private readonly queries: QueryBus,
    private readonly requests: PushRequests,
    private readonly service: PushService,
    private readonly queue: PushQueueRepository,
    private readonly subscriptions: PushSubscriptionsRepository,
  ) {}

  /** The maximum number of milliseconds that `sendDue` takes. */
  get longest(): number {
    return this.config.PUSH_TIMEOUT + SLACK;
  }

  /** Ends early after a failure, and when other browsers should get their turn. */
  async sendDue(device: Device, stopped: AbortSignal): Promise<void> {
    const end = performance.now() + SLACK / 2;
    const now = new Date().toISOString();
    const due = await this.queue.due(this.database.read, device.sessionId, now, AT_ONCE);
    for (const push of due) {
      if (stopped.aborted || performance.now() > end) break;
      if (!(await this.#sendOne(device, push, stopped))) return;
    }
    await this.work.run(({ db }) => this.subscriptions.setState(db, device.sessionId, 0));
  }

  /** @returns whether to continue. */
  async #sendOne(device: Device, push: QueuedPush, stopped: AbortSignal): Promise<boolean> {
    const request = await this.#requestFor(device, push);
    const answer = request && (await this.#post(request, stopped));
    const outcome = answer ? outcomeOf(answer) : 'sent';
    if (outcome === 'failed') await this.#failed(device, answer!, stopped);
    else
      await this.work.run(async ({ db }) => {
        await this.queue.remove(db, push);
        if (outcome === 'gone') await this.subscriptions.removeEnded(db, device);
      });
    if (outcome === 'refused')
      this.#logger.warn(`${device.service} refused a notification with ${answer!.status}.`);
    return outcome === 'sent' || outcome === 'refused';
  }

  /** Decides at the last moment: the user may have read the message, muted the room or left it. */
  async #requestFor({ userId, ...target }: Device, { roomId, messageId, createdAt }: QueuedPush) {
    if (Date.now() - Date.parse(createdAt) > KEPT_FOR * 1000) return undefined;
    const notified = await this.queries.execute(new GetNotifiedMessage(userId, roomId, messageId));
    return notified && this.requests.of(target, notified);
  }

  async #post(request: PushRequest, stopped: AbortSignal): Promise<PushAnswer> {
    try {
      return await this.service.post(request, stopped);
    } catch (error) {
      if (!stopped.aborted)
        this.#logger.warn(`A push service was not reached: ${(error as Error).message}.`);
      return NO_ANSWER;
    }
  }

  async #failed(
    { sessionId, failures }: Device,
    { retryAfter }: PushAnswer,
    stopped: AbortSignal,
  ): Promise<void> {
    const pause =
      retryAfter === undefined
        ? backoff(failures + 1, this.config.PUSH_TIMEOUT, LONGEST_PAUSE)
        : retryAfter * 1000;
    const retryAt = new Date(Date.now() + Math.min(pause, LONGEST_PAUSE)).toISOString();
    await this.work.run(({ db }) =>
      stopped.aborted
        ? this.subscriptions.setState(db, sessionId, failures)
        : this.subscriptions.setState(db, sessionId, failures + 1, retryAt),
    );
  }
}

const NO_ANSWER: PushAnswer = { status: 0, retryAfter: undefined };

function outcomeOf({ status }: PushAnswer): Outcome {
  if (status >= 200 && status < 300) return 'sent';
  if (status === 404 || status === 410) return 'gone';
  // The service will never accept this message. With other keys or at another time, it may.
  return status === 400 || status === 413 ? 'refused' : 'failed';
}
