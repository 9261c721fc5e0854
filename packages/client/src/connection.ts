import type { ConnectionEvents, ConnectionOptions } from './connection-options.js';
import type { Credentials } from './credentials.js';
import { Delivery } from './delivery.js';
import { type FollowError, HandlerError, resetErrorOf, silentError } from './errors.js';
import { Failures } from './failures.js';
import type { FollowStatus } from './options.js';
import { watchPage } from './page-signals.js';
import { readSnapshot } from './read-snapshot.js';
import { recoveryFrom } from './recovery.js';
import { SilenceTimeout } from './silence-timeout.js';
import { SilenceWatch } from './silence-watch.js';
import {
  transition,
  type Conditions,
  type Effect,
  type Input,
  type State,
} from './state-machine.js';
import { statusOf } from './status-of.js';
import { StreamAttempt } from './stream-attempt.js';
import { requestOf, transportOf, usesFetch } from './stream-request.js';
import { after } from './timer.js';
import type { Frame } from './transport.js';

/** Follows one stream: snapshot, stream, and whatever ends it. {@link transition} decides, this class acts. */
export class Connection {
  #options: ConnectionOptions;
  readonly #credentials: Credentials;
  readonly #events: ConnectionEvents;
  readonly #delivery: Delivery;
  readonly #failures: Failures;
  readonly #silence: SilenceWatch;
  readonly #snapshotTimeout: SilenceTimeout;
  readonly #unwatchPage: () => void;
  #state: State = 'idle';
  #status: FollowStatus = { state: 'connecting' };
  #attempt: StreamAttempt | null = null;
  /** Ends what the state is waiting for. */
  #stop = () => {};
  #startedOver = false;
  #needsFetch = false;
  // Set by the browser's event, not from navigator.onLine, which is false on a machine that has only its
  // loopback, where a server may well be.
  #offline = false;
  #full = false;

  constructor(options: ConnectionOptions, credentials: Credentials, events: ConnectionEvents) {
    const { cursor = null, retry = 1_000, silence = 40_000, hiddenFor = 60_000 } = options;
    this.#options = options;
    this.#credentials = credentials;
    this.#events = events;
    this.#delivery = new Delivery(events, cursor);
    this.#failures = new Failures(credentials, retry);
    this.#snapshotTimeout = new SilenceTimeout({ base: silence });
    this.#silence = new SilenceWatch({
      base: silence,
      // A consumer that is full has stopped reading.
      isPaused: () => this.#state === 'full',
      onSilence: (limit) => this.#onEnd('silent', silentError(limit)),
    });
    this.#unwatchPage = watchPage({
      online: () => this.#onNetwork('online'),
      offline: () => this.#onNetwork('offline'),
      shown: () => this.#send('shown'),
      hidden: { after: hiddenFor, act: () => this.#send('hidden') },
      left: () => this.#send('left'),
    });
  }

  get status(): FollowStatus {
    return this.#status;
  }

  get cursor(): string | null {
    return this.#delivery.cursor;
  }

  start(): void {
    this.#send('start');
  }

  reconnect(): void {
    this.#send('reconnect');
  }

  /** The consumer takes no more events, or takes them again. */
  setFull(full: boolean): void {
    this.#full = full;
    this.#send(full ? 'filled' : 'drained');
  }

  /** From now on the types are not known: events of all types are wanted. */
  widen(): void {
    const isBlind = this.#attempt && !this.#usesFetch();
    this.#needsFetch = true;
    if (isBlind) this.#send('reconnect');
  }

  close(): void {
    this.#unwatchPage();
    this.#send('close');
    this.#status = { state: 'closed' };
  }

  #send(input: Input): void {
    const next = transition(this.#state, input, this.#conditions());
    if (!next) return;
    this.#state = next.state;
    for (const effect of next.effects) this.#effects[effect]();
    if (next.state !== 'waiting' && next.state !== 'closed')
      this.#report(statusOf(next.state, this.#failures.error));
  }

  #conditions(): Conditions {
    const { snapshot, heartbeat = 15_000 } = this.#options;
    return {
      needsSnapshot: this.cursor === null && snapshot !== undefined,
      offline: this.#offline,
      stale: this.#silence.silence > heartbeat,
      startedOver: this.#startedOver,
      full: this.#full,
      held: this.#attempt?.canHold === true,
    };
  }

  readonly #effects: Record<Effect, () => void> = {
    stop: () => {
      this.#stop();
      this.#stop = () => {};
      this.#attempt = null;
    },
    readSnapshot: () => this.#readSnapshot(),
    openStream: () => this.#openStream(),
    wait: () => this.#wait(),
    hold: () => (this.#attempt?.canHold ? this.#attempt.hold() : this.#effects.stop()),
    release: () => this.#attempt?.release(),
    askApplication: () => void this.#askApplication(),
  };

  #readSnapshot(): void {
    this.#silence.restart();
    this.#stop = readSnapshot(this.#options.snapshot!, this.#credentials, this.#snapshotTimeout, {
      onRead: (cursor) => {
        this.#delivery.startAt(cursor);
        this.#send('snapshotRead');
      },
      onError: (error) =>
        error.isTemporary ? this.#onEnd('snapshotFailed', error) : this.#onRefusal(error),
    });
  }

  #openStream(): void {
    const attempt = new StreamAttempt(
      {
        open: transportOf(this.#usesFetch()),
        request: requestOf(this.#options, this.#credentials, this.#events.types(), this.cursor),
        silence: this.#silence,
        renewIn: () => this.#credentials.renewIn,
      },
      {
        onOpen: () => this.#send('opened'),
        onFrame: (frame) => this.#onFrame(frame),
        onRetry: (milliseconds) => this.#failures.retryWanted(milliseconds),
        onGood: () => this.#onGood(),
        onRenewal: () => this.#send('reconnect'),
        onEnd: (error, isEmpty) => this.#onStreamEnd(error, isEmpty),
        onRefusal: (error) => this.#onRefusal(error),
      },
    );
    this.#attempt = attempt;
    this.#stop = () => attempt.close();
  }

  #usesFetch(): boolean {
    return usesFetch(this.#options, this.#needsFetch ? null : this.#events.types());
  }

  #onFrame(frame: Frame): void {
    if (frame.type === 'reset') return this.#onReset(frame);
    if (frame.type !== null) this.#failures.delivered();
    try {
      this.#delivery.deliver(frame);
    } catch (error) {
      return this.#onUnhandled(error as HandlerError);
    }
    if (frame.type !== null) this.#onGood();
  }

  #onGood(): void {
    this.#failures.succeeded();
    this.#startedOver = false;
  }

  #onStreamEnd(error: FollowError | null, isEmpty: boolean): void {
    if (error?.code === 'gave-up') this.#needsFetch = true;
    this.#failures.streamEnded(error, isEmpty);
    this.#send('ended');
  }

  #onEnd(input: Input, error: FollowError): void {
    this.#failures.ended(error);
    this.#send(input);
  }

  #onRefusal(error: FollowError): void {
    this.#send(this.#failures.refused(error));
  }

  #onReset({ data, id }: Frame): void {
    if (this.#options.snapshot) this.#startOver();
    else this.#onRefusal(resetErrorOf(data, id));
  }

  #onUnhandled(error: HandlerError): void {
    if (this.#state === 'closed') return;
    if (!this.#options.snapshot) return this.#onRefusal(error);
    console.error('An event could not be handled', error.cause);
    this.#startOver();
  }

  #startOver(): void {
    this.#delivery.continueAt(null);
    this.#send('reset');
    this.#startedOver = true;
  }

  #wait(): void {
    const delay = this.#failures.nextDelay();
    this.#stop = after(delay, () => this.#send('elapsed'));
    const { error } = this.#failures;
    this.#report({ state: 'reconnecting', retryAt: Date.now() + delay, error });
  }

  async #askApplication(): Promise<void> {
    let asked = true;
    this.#stop = () => (asked = false);
    const recovery = await recoveryFrom(this.#failures.error!, this.#options.onError);
    if (!asked) return;
    if (!recovery) return this.#send('gaveUp');
    this.#options = { ...this.#options, ...recovery };
    this.#credentials.update(recovery);
    if (recovery.cursor !== undefined) this.#delivery.continueAt(recovery.cursor);
    this.#send('recovered');
    this.#startedOver = true;
  }

  #onNetwork(input: 'online' | 'offline'): void {
    this.#offline = input === 'offline';
    this.#send(input);
  }

  #report(status: FollowStatus): void {
    this.#status = status;
    this.#events.onStatus(status);
  }
}
