import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { closeAfter, hasLeft } from './streaming-connections.js';
import { formatCursor } from '../log/cursor.js';
import { EventFeed } from '../log/event-feed.js';
import { CONTROL_FRAMES } from './control-frames.js';
import { oneLine } from './frames.js';
import { writeHead } from './stream-head.js';

/** Milliseconds that a client waits before it comes back; jittered, so that not all come at once. */
const RETRY = 1500;
/** The same when all places are taken: a client that comes back soon would find none again. */
const RETRY_WHEN_FULL = 15_000;
/** The most seconds that a client waits, apart from the spread: the longest window of a quota of requests. */
const LONGEST_WAIT = 60;
/** Milliseconds over which the clients of an exceeded quota are spread once it is full again. */
const SPREAD = 10_000;

/** Answers a request for a stream that cannot be opened now: the client comes back later, with the same cursor. */
@Injectable()
export class ClosingFrame {
  constructor(private readonly feed: EventFeed) {}

  /**
   * Answers with the cursor of the request, unless its client has left. The connection closes with the response: an idle one
   * would take up resources that are short.
   */
  send(request: Request, retry = retryDelay(), control = CONTROL_FRAMES): void {
    if (hasLeft(request)) return;
    const response = request.res!;
    closeAfter(response);
    const { epoch, head } = this.feed;
    const id = oneLine(requestedCursor(request) ?? formatCursor({ epoch, position: head }));
    writeHead(response).end(control.opening(retry, id));
  }
}

/**
 * The cursor of a request: the header `Last-Event-ID`, or the parameter `lastEventId`. The header wins, since a browser that
 * reconnects sends the newer one there.
 */
export function requestedCursor(request: Request): string | undefined {
  const cursor = cursorInHeader(request) ?? [request.query['lastEventId']].flat().at(-1);
  return typeof cursor === 'string' && cursor !== '' ? cursor : undefined;
}

export function cursorInHeader({ headers }: Request): string | undefined {
  const header = headers['last-event-id'];
  return typeof header === 'string' && header !== '' ? inUtf8(header) : undefined;
}

/** A browser sends an id as UTF-8 (HTML standard, 9.2.3), and node reads headers as Latin-1. */
const inUtf8 = (header: string): string => Buffer.from(header, 'latin1').toString();

/** Milliseconds after which a client comes back. */
export const retryDelay = (): number => jittered(RETRY);

/** Milliseconds after which a client comes back when all places are taken. */
export const retryDelayWhenFull = (): number => jittered(RETRY_WHEN_FULL);

/**
 * Milliseconds after which a client comes back whose quota is exceeded: not before the quota is full again, since it would
 * be refused once more.
 *
 * @param seconds until then.
 */
export const retryDelayAfter = (seconds: number): number =>
  Math.min(seconds, LONGEST_WAIT) * 1000 + Math.round(SPREAD * Math.random());

/** Between half and one and a half of it. */
export const jittered = (milliseconds: number): number =>
  Math.round(milliseconds * (0.5 + Math.random()));
