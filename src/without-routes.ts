import { Module, type Type } from '@nestjs/common';
import { MODULE_METADATA } from '@nestjs/common/constants.js';

const { IMPORTS, PROVIDERS, EXPORTS } = MODULE_METADATA;

/**
 * The same module without its controllers and middleware, for a feature that is off. Its providers remain: they erase
 * personal data, and keep what is stored complete until the feature is turned on again.
 */
export function withoutRoutes(module: Type): Type {
  const kept = [IMPORTS, PROVIDERS, EXPORTS].map((key) => [key, Reflect.getMetadata(key, module)]);
  // oxlint-disable-next-line typescript/no-extraneous-class -- Nest reads only the metadata of a module
  const copy = { [module.name]: class {} }[module.name]!;
  Module(Object.fromEntries(kept.filter(([, value]) => value !== undefined)))(copy);
  return copy;
}
