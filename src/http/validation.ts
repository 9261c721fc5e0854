import { type ArgumentMetadata, Injectable, type Type, ValidationPipe } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';
import { type FieldError, Problem, shorten } from './problems.js';
import { lengthOf } from './text.js';

export const UNKNOWN = 'is an unknown property';
/** Properties of a body, or parameters of a query: more than any has, and few enough to be checked in no time. */
const MOST_PROPERTIES = 100;
/** Unicode code points of a parameter's value; a search has 200 at most. */
const LONGEST_PARAMETER = 2000;
/** Errors that a problem document reports one by one. */
const MOST_ERRORS = 20;
/** UTF-16 code units of a name that an error repeats. */
const LONGEST_FIELD = 100;

const RULES = { whitelist: true, forbidNonWhitelisted: true, stopAtFirstError: true };

class Invalid extends Error {
  constructor(readonly errors: readonly FieldError[]) {
    super();
  }
}

/** Checks what arrives against its class; unknown properties are refused, not dropped. */
@Injectable()
export class RequestValidation extends ValidationPipe {
  constructor() {
    super({
      transform: true,
      ...RULES,
      exceptionFactory: (errors) => new Invalid(errors.flatMap((error) => fieldErrors(error))),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const isBody = metadata.type === 'body';
    const refusal = isBody ? invalidProperties : invalidParameters;
    if (isBody && !isObject(value))
      throw new Problem('validation-failed', 'The body must be a JSON object.');
    refuseTooMuch(value, refusal);
    if (metadata.type === 'query') refuseLongParameters(value);
    // class-validator takes the names that every object has for known.
    const inherited = isObject(value)
      ? Object.keys(value).filter((name) => name in Object.prototype)
      : [];
    if (inherited.length > 0) throw refusal(inherited.map((field) => ({ field, detail: UNKNOWN })));
    try {
      return (await super.transform(value, metadata)) as unknown;
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      throw refusal(error.errors);
    }
  }
}

/** What a request is answered with that sends this; `undefined` where it is valid. For examples in the API description. */
export function refusalOf(
  value: object,
  type: Type<object>,
  kind: 'body' | 'query',
): Problem | undefined {
  const errors = validateSync(plainToInstance(type, value), RULES).flatMap(fieldErrors);
  if (errors.length === 0) return undefined;
  return kind === 'body' ? invalidProperties(errors) : invalidParameters(errors);
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Before class-transformer and class-validator, which take some 20 µs for each property and report each. */
function refuseTooMuch(value: unknown, refusal: (errors: readonly FieldError[]) => Problem): void {
  if (!isObject(value)) return;
  const entries = Object.entries(value);
  const count = entries.reduce((sum, [, one]) => sum + (Array.isArray(one) ? one.length : 1), 0);
  if (count > MOST_PROPERTIES)
    throw new Problem(
      refusal([]).code,
      `There may be at most ${MOST_PROPERTIES} properties or parameters, elements of lists included; there are ${count}.`,
    );
}

function refuseLongParameters(value: unknown): void {
  const entries = Object.entries(isObject(value) ? value : {});
  const long = entries.filter(([, one]) =>
    [one].flat().some((text) => lengthOf(String(text)) > LONGEST_PARAMETER),
  );
  const detail = `must have at most ${LONGEST_PARAMETER} characters`;
  if (long.length > 0) throw invalidParameters(long.map(([field]) => ({ field, detail })));
}

function fieldErrors({ property, constraints }: ValidationError): FieldError[] {
  return Object.entries(constraints ?? {}).map(([constraint, message]) => ({
    field: property,
    detail: constraint === 'whitelistValidation' ? UNKNOWN : message,
  }));
}

/** @param hint a sentence that says what would be right. */
export function invalidProperties(errors: readonly FieldError[], hint?: string): Problem {
  const located = shortened(errors).map(({ field, detail }) => ({
    field,
    pointer: pointer(field),
    detail,
  }));
  return new Problem('validation-failed', detailOf(errors, hint), { errors: located });
}

/** The same of the query. */
export function invalidParameters(errors: readonly FieldError[], hint?: string): Problem {
  return new Problem('invalid-parameter', detailOf(errors, hint), { errors: shortened(errors) });
}

function detailOf(errors: readonly FieldError[], hint?: string): string {
  const named = shortened(errors).map(({ field, detail }) => `${field || '""'} ${detail}`);
  const others = errors.length - named.length;
  const count = others > 0 ? `${errors.length} errors, of which ${others} are not listed: ` : '';
  return `${count}${named.join('; ')}.${hint === undefined ? '' : ` ${hint}`}`;
}

const shortened = (errors: readonly FieldError[]): FieldError[] =>
  errors
    .slice(0, MOST_ERRORS)
    .map(({ field, detail }) => ({ field: shorten(field, LONGEST_FIELD), detail }));

/** RFC 6901: `~` and `/` are escaped, then the whole is percent-encoded for a URI fragment. */
const pointer = (field: string): string =>
  `#/${encodeURIComponent(field.toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1'))}`;
