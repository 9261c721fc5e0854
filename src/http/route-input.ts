import type { Type } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { getMetadataStorage } from 'class-validator';

/** A route: a method of a controller. */
export interface Route {
  /** The prototype of the controller. */
  readonly target: object;
  readonly key: string | symbol;
}

/** A parameter of a handler that takes input. */
export interface InputParameter {
  /** Among the parameters of the handler. */
  readonly index: number;
  readonly type: Type<object>;
}

/** The parameter that takes the body of a route; `undefined` if it takes none. */
export const bodyOf = (route: Route): InputParameter | undefined =>
  parameterOf(route, RouteParamtypes.BODY);

/** The parameter that takes the query of a route. */
export const queryOf = (route: Route): InputParameter | undefined =>
  parameterOf(route, RouteParamtypes.QUERY);

/** The properties that a class validates. All others are refused. */
export function propertiesOf(type: Type<object>): string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', true, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))];
}

function parameterOf(
  { target, key }: Route,
  kind: RouteParamtypes.BODY | RouteParamtypes.QUERY,
): InputParameter | undefined {
  const taken = (Reflect.getMetadata(ROUTE_ARGS_METADATA, target.constructor, key) ?? {}) as Record<
    string,
    { index: number }
  >;
  const [, found] = Object.entries(taken).find(([name]) => name.startsWith(`${kind}:`)) ?? [];
  const types = Reflect.getMetadata('design:paramtypes', target, key) as Type<object>[];
  return found && { index: found.index, type: types[found.index]! };
}
