import { ValidateIf } from 'class-validator';

/** A property that may be left out. It cannot be `null`: that is a value, and no rule allows it. */
export const IfPresent = (): PropertyDecorator => ValidateIf((_body, value) => value !== undefined);
