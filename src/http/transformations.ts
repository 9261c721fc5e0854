import type { TransformationType, TransformFnParams } from 'class-transformer';
// @ts-expect-error The package has no types for this file.
import * as storage from 'class-transformer/cjs/storage.js';

interface Transformation {
  readonly transformFn: (parameters: TransformFnParams) => unknown;
}

interface Transformations {
  findTransformMetadatas(
    target: Function,
    property: string,
    type: TransformationType,
  ): readonly Transformation[];
  findTypeMetadata(target: Function, property: string): object | undefined;
  getExposedMetadatas(target: Function): readonly object[];
  getExcludedMetadatas(target: Function): readonly object[];
}

/** What the decorators of class-transformer declare. */
export const { defaultMetadataStorage: transformations } = storage as {
  readonly defaultMetadataStorage: Transformations;
};
