import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  SetMetadata,
  type Type,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { Problem } from './problems.js';
import { bodyTypeOf, propertiesOf, queryTypeOf, type Route } from './route-input.js';
import { invalidParameters, invalidProperties, UNKNOWN } from './validation.js';

const ANY_INPUT = Symbol('any input');

/** Has a route, or all of a controller, ignore what it does not know. */
export const AnyInput = () => SetMetadata(ANY_INPUT, true);

/** What a route takes. */
interface Input {
  /** The parameters of its query, by their names. */
  readonly parameters: ReadonlyMap<string, { readonly isList: boolean }>;
  readonly hasBody: boolean;
  /** Whether it ignores everything else. */
  readonly isAny: boolean;
}

/**
 * Refuses what a route does not take: query parameters that it does not know or that are repeated, and a body where it takes
 * none. A route takes what its handler names with `@Query()` and `@Body()`. Content has no meaning in GET, HEAD and DELETE
 * (RFC 9110, 9.3.1, 9.3.5), so they are treated alike. An empty body and `{}` are always accepted.
 */
@Injectable()
export class StrictInput implements CanActivate {
  /** By handler: reading metadata takes longer than all the rest. */
  readonly #inputs = new WeakMap<object, Input>();

  constructor(private readonly reflector: Reflector) {}

  /** @throws Problem `invalid-parameter`, `validation-failed` */
  canActivate(context: ExecutionContext): true {
    const { parameters, hasBody, isAny } = this.#inputOf(context);
    if (isAny) return true;
    const request = context.switchToHttp().getRequest<Request>();
    const refusal = refusalOfParameters(request.query, parameters);
    if (refusal) throw refusal;
    if (!hasBody) refuseBody(request.body);
    return true;
  }

  #inputOf(context: ExecutionContext): Input {
    const handler = context.getHandler();
    const known = this.#inputs.get(handler);
    if (known) return known;
    const input = this.#read(context.getClass(), handler);
    this.#inputs.set(handler, input);
    return input;
  }

  #read(controller: Type<object>, handler: Function): Input {
    const route = { target: controller.prototype, key: handler.name };
    return {
      parameters: parametersOf(route),
      hasBody: bodyTypeOf(route) !== undefined,
      isAny: this.reflector.getAllAndOverride(ANY_INPUT, [handler, controller]) ?? false,
    };
  }
}

function parametersOf(route: Route): Input['parameters'] {
  const query = queryTypeOf(route);
  if (!query) return new Map();
  const isList = (name: string): boolean =>
    Reflect.getMetadata('design:type', query.prototype as object, name) === Array;
  return new Map(propertiesOf(query).map((name) => [name, { isList: isList(name) }]));
}

/** The response of a route to a parameter of this name, which it does not know. */
export const unknownParameter = (name: string, route: Route): Problem =>
  refusalOfParameters({ [name]: '' }, parametersOf(route))!;

function refusalOfParameters(
  query: Request['query'],
  known: Input['parameters'],
): Problem | undefined {
  const mistakes = Object.entries(query).flatMap(([field, value]) => {
    const parameter = known.get(field);
    if (!parameter) return { field, detail: 'is an unknown parameter' };
    if (parameter.isList || !Array.isArray(value)) return [];
    return { field, detail: `must not be repeated; it is there ${value.length} times` };
  });
  if (mistakes.length === 0) return undefined;
  const names = [...known.keys()].join(', ') || 'no parameters';
  return invalidParameters(mistakes, `This address knows ${names}.`);
}

function refuseBody(body: unknown): void {
  if (body === undefined) return;
  const takesNone = 'This request takes no body; send none, or {}.';
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  if (!isObject) throw new Problem('validation-failed', takesNone);
  const unknown = Object.keys(body).map((field) => ({ field, detail: UNKNOWN }));
  if (unknown.length > 0) throw invalidProperties(unknown, takesNone);
}
