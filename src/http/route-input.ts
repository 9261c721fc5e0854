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

/** The class of the parameter of a handler that takes the body; `undefined` where it takes none. */
export const bodyTypeOf = (route: Route): Type<object> | undefined =>
  typeOf(route, RouteParamtypes.BODY);

/** The same of the query. */
export const queryTypeOf = (route: Route): Type<object> | undefined =>
  typeOf(route, RouteParamtypes.QUERY);

/** The properties that a class validates: no others get past the validation. */
export function propertiesOf(type: Type<object>): string[] {
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', true, false);
  return [...new Set(rules.map(({ propertyName }) => propertyName))];
}

function typeOf(
  { target, key }: Route,
  kind: RouteParamtypes.BODY | RouteParamtypes.QUERY,
): Type<object> | undefined {
  const taken = (Reflect.getMetadata(ROUTE_ARGS_METADATA, target.constructor, key) ?? {}) as Record<
    string,
    { index: number }
  >;
  const found = Object.entries(taken).find(([name]) => name.startsWith(`${kind}:`));
  const types = Reflect.getMetadata('design:paramtypes', target, key) as Type<object>[];
  return found && types[found[1].index];
}
