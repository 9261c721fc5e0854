import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
} from '@nestjs/common';
import type { Request } from 'express';
import type { Caller } from '../http/caller.js';
import { Problem } from '../http/problems.js';
import { Rights } from './rights.js';
import type { StreamView } from './stream-view.js';
import { Topics } from './topics.js';
import { WireForm } from './wire-form.js';

/** Topics that an error names. */
const MOST_NAMED = 20;

/** Facts under their own names, with their own data. */
const asRecorded = new WireForm('events', ({ type, data }) => ({ type, data }));

declare module 'express-serve-static-core' {
  interface Request {
    view?: StreamView;
  }
}

/** Gives an `@EventStream()` handler the view that `FindsView` has found. */
export const AskedView = createParamDecorator(
  (_: unknown, context: ExecutionContext): StreamView =>
    context.switchToHttp().getRequest<Request>().view!,
);

/**
 * Finds the view of what the caller may hear, or of the topics that they name. A guard, since Nest sends the headers of
 * a stream while a handler, or a pipe, is still at work, and a refusal would come too late.
 *
 * @throws Problem `not-found`: a topic is not there, or not for the caller.
 */
@Injectable()
export class FindsView implements CanActivate {
  constructor(
    private readonly topics: Topics,
    private readonly rights: Rights,
  ) {}

  async canActivate(context: ExecutionContext): Promise<true> {
    const request = context.switchToHttp().getRequest<Request>();
    const asked = [request.query['topic']].flat().filter((topic) => typeof topic === 'string');
    const topics = asked.map((topic) => this.topics.canonical(topic));
    request.view = await this.#viewOf(topics, request.caller);
    return true;
  }

  async #viewOf(asked: readonly string[], caller: Caller | undefined): Promise<StreamView> {
    const person = caller && (await this.rights.of(caller.userId));
    const common = this.topics.common(caller !== undefined).map((topic) => [topic, 0] as const);
    const heard = new Map([...common, ...(person?.topics ?? [])]);
    for (const topic of asked)
      if (this.topics.isRegistered(topic) && !heard.has(topic)) throw unknown(topic, heard.keys());
    const sorted = [...new Set(asked)].toSorted();
    // Those who come back after facts were missed must not meet a channel of before. A topic may have any character in it.
    const key = `events ${person?.generation ?? 0} of ${caller?.userId ?? 'anyone'}: ${JSON.stringify(sorted)}`;
    const view = { key, form: asRecorded, ...(person && { person }) };
    if (sorted.length === 0)
      return { ...view, snapshot: this.topics.home(!!person), topics: heard };
    const named = new Set(sorted);
    const snapshots = sorted.flatMap((topic) => this.topics.snapshotOf(topic) ?? []);
    const topics = new Map([...heard].filter(([topic]) => named.has(topic)));
    const publicTopics = new Set(asked.filter((topic) => !this.topics.isRegistered(topic)));
    return { ...view, snapshot: snapshots[0] ?? null, topics, named, publicTopics };
  }
}

/** In the same words for what is not there and what is not for the caller. */
function unknown(topic: string, heard: Iterable<string>): Problem {
  const some = [...heard].slice(0, MOST_NAMED).join(', ');
  const detail = `There is no topic "${topic.toWellFormed()}" for you. There are: ${some}.`;
  return new Problem('not-found', detail);
}
