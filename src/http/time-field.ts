import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsISO8601, Matches } from 'class-validator';

/** RFC 3339, 5.6, where T and Z may be in lower case. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

const message = 'must be a time such as 2026-03-01T12:00:00Z';

/** A property that is a time, with any offset. */
export const TimeField = (): PropertyDecorator =>
  applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? value.toUpperCase() : value,
    ),
    Matches(TIME, { message }),
    IsISO8601({ strict: true }, { message }),
  );

/** Of a time beyond the year 9999, which an offset can lead to, the last one before: later ones would sort before all. */
export const inUtc = (time: string): string =>
  new Date(Math.min(Date.parse(time), Date.parse('9999-12-31T23:59:59.999Z'))).toISOString();
