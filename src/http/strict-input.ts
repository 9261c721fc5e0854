import { type CanActivate, type ExecutionContext, Injectable, SetMetadata } from '@nestjs/common';
import type { Request } from 'express';
import { Problem } from './problems.js';
import { bodyOf, propertiesOf, queryOf, type Route } from './route-input.js';
import { perRoute } from './route-metadata.js';
import { namesOfInvalidUtf8 } from './url-encoding.js';
import { invalidParameters, invalidProperties, UNKNOWN } from './validation.js';

const ANY_INPUT = Symbol('any input');

/** Makes a route or controller ignore unknown input. */
export const AnyInput = () => SetMetadata(ANY_INPUT, true);

/** The input that a route accepts. */
interface Input {
  /** The query parameters, by name. */
  readonly parameters: ReadonlyMap<string, { readonly isList: boolean }>;
  readonly hasBody: boolean;
  /** Whether the route ignores everything else. */
  readonly isAny: boolean;
}

/**
 * Refuses input that a route does not accept: query parameters that are unknown, repeated or not UTF-8, and bodies of routes
 * without one. A route accepts what its handler declares with `@Query()` and `@Body()`. Content has no meaning in GET, HEAD
 * and DELETE (RFC 9110, 9.3.1, 9.3.5), so they are treated alike. An empty body and `{}` are always accepted.
 */
@Injectable()
export class StrictInput implements CanActivate {
  readonly #inputOf = perRoute<Input>((metadata, context) => {
    const route = {
      target: context.getClass<object>().prototype as object,
      key: context.getHandler().name,
    };
    return {
      parameters: parametersOf(route),
      hasBody: bodyOf(route) !== undefined,
      isAny: metadata(ANY_INPUT) === true,
    };
  });

  /** @throws Problem `invalid-parameter`, `validation-failed` */
  canActivate(context: ExecutionContext): true {
    const { parameters, hasBody, isAny } = this.#inputOf(context);
    if (isAny) return true;
    const request = context.switchToHttp().getRequest<Request>();
    const refusal = refusalOfParameters(request.query, parameters) ?? refusalOfBytes(request.url);
    if (refusal) throw refusal;
    if (!hasBody) refuseBody(request.body);
    return true;
  }
}

function parametersOf(route: Route): Input['parameters'] {
  const query = queryOf(route)?.type;
  if (!query) return new Map();
  const isList = (name: string): boolean =>
    Reflect.getMetadata('design:type', query.prototype as object, name) === Array;
  return new Map(propertiesOf(query).map((name) => [name, { isList: isList(name) }]));
}

/** The problem of an unknown parameter with this name. */
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
    return { field, detail: `must not be repeated; the query has it ${value.length} times` };
  });
  if (mistakes.length === 0) return undefined;
  const names = [...known.keys()].join(', ') || 'no parameters';
  return invalidParameters(mistakes, `This address accepts ${names}.`);
}

const TAKES_NONE = 'This request takes no body. Send none, or {}.';

function refusalOfBytes(url: string): Problem | undefined {
  const names = namesOfInvalidUtf8(url);
  const mistakes = names.map((field) => ({ field, detail: 'must be percent-encoded UTF-8' }));
  return mistakes.length > 0 ? invalidParameters(mistakes) : undefined;
}

function refuseBody(body: unknown): void {
  if (body === undefined) return;
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body);
  if (!isObject) throw new Problem('validation-failed', TAKES_NONE);
  const names = Object.keys(body);
  if (names.length > 0) throw unexpectedProperties(names);
}

/** The problem of a body with these properties where none is expected. */
export const unexpectedProperties = (names: readonly string[]): Problem =>
  invalidProperties(
    names.map((field) => ({ field, detail: UNKNOWN })),
    TAKES_NONE,
  );
