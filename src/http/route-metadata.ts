import type { ExecutionContext } from '@nestjs/common';

/** The metadata of a route: that of its handler, or else of its controller. */
export type ReadMetadata = (key: symbol) => unknown;

/**
 * Reads what a guard needs to know about a route once for each route. Reading the metadata takes longer than most
 * checks.
 */
export function perRoute<T extends object>(
  read: (metadata: ReadMetadata, context: ExecutionContext) => T,
): (context: ExecutionContext) => T {
  const known = new WeakMap<Function, T>();
  return (context) => {
    const handler = context.getHandler();
    let value = known.get(handler);
    if (!value) known.set(handler, (value = read(metadataOf(context), context)));
    return value;
  };
}

const metadataOf =
  (context: ExecutionContext): ReadMetadata =>
  (key) =>
    Reflect.getMetadata(key, context.getHandler()) ?? Reflect.getMetadata(key, context.getClass());
