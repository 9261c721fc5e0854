import {
  type DynamicModule,
  type ForwardReference,
  Module,
  type Type,
  type ValueProvider,
} from '@nestjs/common';
import { MODULE_METADATA } from '@nestjs/common/constants.js';
import type { Feature } from './feature.js';

export const FEATURE = Symbol('FEATURE');

/** Carries the declaration of one feature in the imports of its module. */
@Module({})
export class FeatureModule {
  static of(feature: Feature): DynamicModule {
    return { module: FeatureModule, providers: [{ provide: FEATURE, useValue: feature }] };
  }
}

export type Import = Type | DynamicModule | ForwardReference;

/**
 * The features that modules declare, directly or through their imports, without starting an application. Each comes
 * after those that are imported before it.
 */
export function declaredIn(imports: readonly Import[], seen = new Set<unknown>()): Feature[] {
  return imports.map(unwrapped).flatMap((module) => {
    if (seen.has(module)) return [];
    seen.add(module);
    const feature = featureOf(module);
    return feature ? [feature] : declaredIn(importsOf(module), seen);
  });
}

const unwrapped = (each: Import): Type | DynamicModule =>
  'forwardRef' in each ? (each.forwardRef() as Type) : each;

function featureOf(module: Type | DynamicModule): Feature | undefined {
  if (!('module' in module) || module.module !== FeatureModule) return undefined;
  return (module.providers![0] as ValueProvider<Feature>).useValue;
}

const importsOf = (module: Type | DynamicModule): Import[] =>
  'module' in module
    ? [...staticImportsOf(module.module), ...((module.imports ?? []) as Import[])]
    : staticImportsOf(module);

const staticImportsOf = (module: Type): Import[] =>
  (Reflect.getMetadata(MODULE_METADATA.IMPORTS, module) as Import[] | undefined) ?? [];
