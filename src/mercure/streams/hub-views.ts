import { InvalidTopicMatcher, type StreamView } from '@carillon/nestjs';
import { TopicViews, UnknownTopic } from '@carillon/nestjs/internal';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Problem } from '../../http/problems.js';
import { controlFor, updates } from './hub-frames.js';
import { type RequestedMatcher, wrong } from './subscription-query.js';

/** Finds the view of a subscriber. */
@Injectable()
export class HubViews {
  constructor(private readonly views: TopicViews) {}

  /** @throws Problem `invalid-parameter`: a matcher is invalid; `not-found`: it names a topic of this service. */
  async of(matchers: readonly RequestedMatcher[], request: Request): Promise<StreamView> {
    try {
      const view = await this.views.of(matchers, request.subscriber);
      const { name, frames } = controlFor(request);
      return {
        ...view,
        key: `mercure for ${name}: ${view.key}`,
        encoder: updates,
        control: frames,
      };
    } catch (error) {
      throw problemOf(error, matchers);
    }
  }
}

function problemOf(error: unknown, matchers: readonly RequestedMatcher[]): unknown {
  if (error instanceof UnknownTopic) return new Problem('not-found', error.message);
  if (!(error instanceof InvalidTopicMatcher)) return error;
  const { kind, pattern } = error.matcher;
  const found = matchers.find((each) => each.kind === kind && each.pattern === pattern);
  return wrong(found?.parameter ?? 'match', error.mistake);
}
