import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { FairQueue } from '../fair-queue.js';
import { networkOf } from './client-address.js';
import { Problem } from './problems.js';
import { SHORT_LIST } from './rate-limit.js';

/** Lists that wait at once. Above this bound a client is asked to come back. */
const MOST_WAITING = 256;

interface Waiting {
  readonly response: Response;
  readonly start: () => void;
}

/**
 * Has long lists read one at a time, networks taking turns, with a pause after each for as long as it took. A list of 1,000
 * items keeps the event loop busy for some milliseconds; many clients that ask for them would otherwise take all of it.
 */
@Injectable()
export class LongLists implements CanActivate {
  readonly #waiting = new FairQueue<Waiting>();
  #length = 0;
  #isBusy = false;

  /** @throws Problem `unavailable`: too many wait. */
  canActivate(context: ExecutionContext): true | Promise<true> {
    const request = context.switchToHttp().getRequest<Request>();
    // A HEAD costs as much as its GET (RFC 9110, 9.3.2).
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (!isRead || !(Number(request.query['limit']) > SHORT_LIST)) return true;
    return this.#turnOf(networkOf(request), context.switchToHttp().getResponse<Response>());
  }

  #turnOf(network: string, response: Response): Promise<true> {
    if (this.#length >= MOST_WAITING)
      throw new Problem('unavailable', 'Too many long lists are being read. Try again soon.', {
        headers: { 'Retry-After': '1' },
      });
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
      if (next.response.closed) continue; // its client has left
      this.#isBusy = true;
      this.#pauseAfter(next.response);
      return next.start();
    }
  }

  /** Not once the client has read the response: one that reads slowly must hold up nobody. */
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
