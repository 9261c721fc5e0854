import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
} from '@nestjs/common';
import type { Request } from 'express';
import { entityTag, namesState, type NamedTags, parseEntityTags } from './entity-tags.js';
import { Problem } from './problems.js';

const HEADERS = ['If-Match', 'If-None-Match'] as const;

/**
 * The precondition of a write: `If-Match` and `If-None-Match`, RFC 9110, 13.1. It is not evaluated for a resource that
 * does not exist: the response is 404 in any case (13.2.1). Dates are ignored, because no resource has a
 * `Last-Modified` (13.1.3, 13.1.4).
 */
export class Precondition {
  /** No precondition. */
  static readonly none = new Precondition(undefined, undefined);

  readonly #required: NamedTags | undefined;
  readonly #excluded: NamedTags | undefined;

  /** @throws Problem `malformed-request` */
  constructor(ifMatch: string | undefined, ifNoneMatch: string | undefined) {
    this.#required = tagsOf('If-Match', ifMatch);
    this.#excluded = tagsOf('If-None-Match', ifNoneMatch);
  }

  /**
   * @throws Problem `precondition-failed`: `If-Match` does not contain the representation, or `If-None-Match` contains
   *   it.
   */
  check(representation: object): void {
    if (this.#required === undefined && this.#excluded === undefined) return;
    const current = entityTag(JSON.stringify(representation));
    requireState(this.#required, current);
    if (this.#excluded !== undefined && namesState(this.#excluded, current))
      throw failed('If-None-Match names the current version. Nothing was changed.', current);
  }
}

/**
 * @param current the tag of the representation without a content coding.
 * @throws Problem `malformed-request`; `precondition-failed`
 */
export const checkIfMatch = (header: string | undefined, current: string): void =>
  requireState(tagsOf('If-Match', header), current);

function requireState(required: NamedTags | undefined, current: string): void {
  if (required === undefined || namesState(required, current)) return;
  throw changed(current);
}

/** @param current the tag of the current representation. */
export const changed = (current: string): Problem =>
  failed(
    'The resource has changed since you read it. Read it again, and repeat your change with the new ETag.',
    current,
  );

const failed = (detail: string, current: string): Problem =>
  new Problem('precondition-failed', detail, { headers: { ETag: current } });

function tagsOf(name: string, header: string | undefined): NamedTags | undefined {
  const tags = header === undefined ? undefined : parseEntityTags(header);
  if (header === undefined || tags !== undefined) return tags;
  throw noTags(name);
}

export const noTags = (header: string): Problem =>
  new Problem(
    'malformed-request',
    `${header} must be * or entity tags in double quotes, as received in an ETag header.`,
  );

const CONDITIONAL = Symbol('conditional');

const PreconditionOf = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request = context.switchToHttp().getRequest<Request>();
  return new Precondition(request.get('If-Match'), request.get('If-None-Match'));
});

/** Injects the precondition of the request into a handler. */
export const IfMatch = (): ParameterDecorator => (target, name, index) => {
  Reflect.defineMetadata(CONDITIONAL, true, Reflect.get(target, name!) as object);
  PreconditionOf()(target, name, index);
};

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses a write with a precondition if the route does not check it, because it must not be carried out (RFC 9110,
 * 13.1.1).
 */
@Injectable()
export class UncheckedPreconditions implements CanActivate {
  canActivate(context: ExecutionContext): true {
    const request = context.switchToHttp().getRequest<Request>();
    if (SAFE.has(request.method)) return true;
    const header = HEADERS.find((name) => request.get(name) !== undefined);
    if (!header || Reflect.hasMetadata(CONDITIONAL, context.getHandler())) return true;
    throw new Problem(
      'malformed-request',
      `${request.method} ${request.path} does not support ${header}. Send the request without this header.`,
    );
  }
}
