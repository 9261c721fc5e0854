import { FairQueue } from '@carillon/nestjs/internal';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { networkOf } from './client-address.js';
import { Problem } from './problems.js';
import { ITEMS_PER_READ } from './rate-limit.js';

/** The maximum number of waiting lists. Above this limit, requests are refused. */
const MAX_WAITING = 256;

interface Waiting {
  readonly response: Response;
  readonly start: () => void;
}

/**
 * Reads long lists one at a time, in turns by network, with a pause after each that is as long as the read. A list of
 * 1,000 items occupies the event loop for some milliseconds; many requests for such lists would occupy it completely.
 */
@Injectable()
export class LongLists implements CanActivate {
  readonly #waiting = new FairQueue<Waiting>();
  #length = 0;
  #isBusy = false;

  /** @throws Problem `unavailable`: too many requests are waiting. */
  canActivate(context: ExecutionContext): true | Promise<true> {
    const request = context.switchToHttp().getRequest<Request>();
    // A HEAD costs as much as a GET (RFC 9110, 9.3.2).
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    // A page that waits for events would let the others wait, too.
    const mayWait = request.query['wait'] !== undefined;
    if (!isRead || mayWait || !(Number(request.query['limit']) > ITEMS_PER_READ)) return true;
    return this.#turnOf(networkOf(request), context.switchToHttp().getResponse<Response>());
  }

  #turnOf(network: string, response: Response): Promise<true> {
    if (this.#length >= MAX_WAITING)
      throw new Problem(
        'unavailable',
        'Too many requests for long lists are waiting. Try again in a moment.',
        {
          headers: { 'Retry-After': '1' },
          limit: 'long_lists',
        },
      );
    return new Promise((resolve) => {
      this.#length++;
      this.#waiting.add(network, { response, start: () => resolve(true) });
      if (!this.#isBusy) this.#startNext();
    });
  }

  #startNext(): void {
    this.#isBusy = false;
    for (let next = this.#waiting.next(); next; next = this.#waiting.next()) {
      this.#length--;
      if (next.response.closed) continue; // its client has disconnected
      this.#isBusy = true;
      this.#pauseAfter(next.response);
      return next.start();
    }
  }

  /**
   * The pause starts when the response is written, not when the client has read it: a slow client must not block the
   * others.
   */
  #pauseAfter(response: Response): void {
    const began = performance.now();
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      setTimeout(() => this.#startNext(), performance.now() - began);
    };
    response.once('prefinish', end).once('close', end);
  }
}
