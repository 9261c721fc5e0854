import { ValidateIf } from 'class-validator';

/** An optional property. `null` is a value and is not allowed. */
export const IfPresent = (): PropertyDecorator => ValidateIf((_body, value) => value !== undefined);
