import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { Problem } from './problems.js';
import { entityTag } from './representations.js';

const LIST_OF_TAGS = /^\s*(\*|(W\/)?"[^"]*"(\s*,\s*(W\/)?"[^"]*")*)\s*$/;

/** What a request asks the current state to be before it is carried out: `If-Match`, RFC 9110, 13.1.1. */
export class Precondition {
  /** Nothing is asked. */
  static readonly none = new Precondition(undefined);

  constructor(private readonly ifMatch: string | undefined) {
    if (ifMatch !== undefined && !LIST_OF_TAGS.test(ifMatch))
      throw new Problem(
        'malformed-request',
        'If-Match must be * or entity tags in double quotes, as an ETag header gave them.',
      );
  }

  /** @throws Problem `precondition-failed`: the representation is not one of those that were named. */
  check(representation: object): void {
    if (this.ifMatch === undefined || this.ifMatch.trim() === '*') return;
    const current = entityTag(JSON.stringify(representation));
    // A weak tag never matches here: the comparison is the strong one (8.8.3.2).
    const named: readonly string[] = this.ifMatch.match(/(W\/)?"[^"]*"/g) ?? [];
    if (named.includes(current)) return;
    throw new Problem(
      'precondition-failed',
      'Someone has changed it since you read it. Read it again, and repeat your change with the new ETag.',
      { headers: { ETag: current } },
    );
  }
}

/** Gives a handler the precondition of its request. */
export const IfMatch = createParamDecorator(
  (_: unknown, context: ExecutionContext): Precondition =>
    new Precondition(context.switchToHttp().getRequest<Request>().get('If-Match')),
);
