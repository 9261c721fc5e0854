import { Transform } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';

/** A whole number between two limits, written in decimal digits. */
export const WholeNumber =
  (min: number, max: number): PropertyDecorator =>
  (target, key) => {
    const message = `must be a whole number from ${min} to ${max}`;
    Transform(({ value }) => (/^\d+$/.test(String(value)) ? Number(value) : value))(target, key);
    IsInt({ message })(target, key);
    Min(min, { message })(target, key);
    Max(max, { message })(target, key);
  };
