import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { closeAfter } from '../http/connections.js';
import { formatCursor } from './cursor.js';
import { EventFeed } from './event-feed.js';
import { frame, oneLine } from './frames.js';
import { beginStream } from './stream-head.js';

/** Milliseconds that a client waits before it comes back; jittered, so that not all come at once. */
const RETRY = 2000;
/** The same where there is no place: one that comes back soon would find none again. */
const RETRY_WHEN_FULL = 15_000;
/** Seconds that a client is kept away at most, apart from the spread: the longest window of a quota of requests. */
const LONGEST_WAIT = 60;
/** Milliseconds over which the clients of an exceeded quota are spread once it is full again. */
const SPREAD = 10_000;

/** What a stream begins and ends with that is not opened now: when to come back, and with which cursor. */
@Injectable()
export class ClosingFrame {
  constructor(private readonly feed: EventFeed) {}

  /**
   * Answers with the cursor that the request came with. The connection is closed with the response: one that stayed would
   * take the place that there is not.
   */
  send(request: Request, retry = retryDelay()): void {
    const response = request.res!;
    closeAfter(response);
    const { epoch, head } = this.feed;
    const id = oneLine(requestedCursor(request) ?? formatCursor({ epoch, position: head }));
    beginStream(response).end(frame({ retry, id }));
  }
}

/**
 * Where a client asks to go on: the header `Last-Event-ID`, or the parameter `lastEventId`. The header wins: a browser
 * that reconnects has the newer one there.
 */
export function requestedCursor(request: Request): string | undefined {
  const asked = [request.query['lastEventId']].flat().at(-1);
  const cursor = request.get('Last-Event-ID') || asked;
  return typeof cursor === 'string' && cursor !== '' ? cursor : undefined;
}

/** Milliseconds after which a client comes back. */
export const retryDelay = (): number => jittered(RETRY);

/** Milliseconds after which a client comes back for whom there was no place. */
export const retryDelayWhenFull = (): number => jittered(RETRY_WHEN_FULL);

/**
 * Milliseconds after which a client comes back whose quota is exceeded: never before the quota is full again, since it
 * would only be refused once more.
 *
 * @param seconds until then.
 */
export const retryDelayAfter = (seconds: number): number =>
  Math.min(seconds, LONGEST_WAIT) * 1000 + Math.round(SPREAD * Math.random());

/** Between half and one and a half of it. */
export const jittered = (milliseconds: number): number =>
  Math.round(milliseconds * (0.5 + Math.random()));
