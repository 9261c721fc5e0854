import { Injectable, type Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';
import type { Around, AroundHandlers, HandledRoute } from './around-handlers.js';
import { type Accept, compileRules } from './compiled-rules.js';
import { type FieldError, Problem, shorten } from './problems.js';
import { bodyOf, queryOf } from './route-input.js';
import { lengthOf } from './text.js';

export const UNKNOWN = 'is an unknown property';
/** Maximum number of properties of a body or parameters of a query: more than any route has, and fast to check. */
const MAX_PROPERTIES = 100;
/** Maximum length of a parameter in Unicode code points. A search has at most 200. */
const MAX_PARAMETER_LENGTH = 2000;
/** Maximum number of errors in a problem document. */
const MAX_ERRORS = 20;
/** Maximum length of a name in an error, in UTF-16 code units. */
const MAX_FIELD_LENGTH = 100;

const RULES = {
  whitelist: true,
  forbidNonWhitelisted: true,
  forbidUnknownValues: false,
  stopAtFirstError: true,
};

/** The static method of a class that reads a body itself, for bodies that are no plain objects. */
export const READ_BODY = Symbol('read body');

interface BodyReader {
  [READ_BODY]?: (body: unknown) => object;
}

/** Reads the value of a parameter. */
type Read = (value: unknown) => object;

/** Validates input against its class. Unknown properties are refused, not dropped. */
@Injectable()
export class RequestValidation implements AroundHandlers {
  around(route: HandledRoute): Around | undefined {
    const [body, query] = [bodyOf(route), queryOf(route)];
    const inputs = [
      ...(body ? [{ index: body.index, read: readerOf(body.type, readBody) }] : []),
      ...(query ? [{ index: query.index, read: readerOf(query.type, readQuery) }] : []),
    ];
    if (inputs.length === 0) return undefined;
    return (_request, handle, parameters) => {
      for (const { index, read } of inputs) parameters[index] = read(parameters[index]);
      return handle();
    };
  }
}

type Reader = (value: unknown, type: Type<object>, accept: Accept) => object;

function readerOf(type: Type<object>, read: Reader): Read {
  const accept = compileRules(type);
  return (type as BodyReader)[READ_BODY] ?? ((value) => read(value, type, accept));
}

/** @throws Problem `validation-failed` */
function readBody(value: unknown, type: Type<object>, accept: Accept): object {
  if (!isObject(value)) throw new Problem('validation-failed', 'The body must be a JSON object.');
  return read(value, type, accept, invalidProperties);
}

/** @throws Problem `invalid-parameter` */
function readQuery(value: unknown, type: Type<object>, accept: Accept): object {
  refuseLongParameters(value as object);
  return read(value as object, type, accept, invalidParameters);
}

type Refusal = (errors: readonly FieldError[]) => Problem;

const read = (value: object, type: Type<object>, accept: Accept, refusal: Refusal): object =>
  accept(value) ?? validate(value, type, refusal);

function validate(value: object, type: Type<object>, refusal: Refusal): object {
  refuseTooMuch(value, refusal);
  refuseInherited(value, refusal);
  const instance = plainToInstance(type, value);
  const errors = errorsIn(instance);
  if (errors.length > 0) throw refusal(errors);
  return instance;
}

const errorsIn = (instance: object): FieldError[] =>
  validateSync(instance, RULES).flatMap(fieldErrors);

/** class-validator treats inherited names of objects as known properties. */
function refuseInherited(value: object, refusal: Refusal): void {
  const inherited = Object.keys(value).filter((name) => name in Object.prototype);
  if (inherited.length > 0) throw refusal(inherited.map((field) => ({ field, detail: UNKNOWN })));
}

/** The problem of a body or query; `undefined` if it is valid. For examples in the API description. */
export function refusalOf(
  value: object,
  type: Type<object>,
  kind: 'body' | 'query',
): Problem | undefined {
  const errors = errorsIn(plainToInstance(type, value));
  if (errors.length === 0) return undefined;
  return kind === 'body' ? invalidProperties(errors) : invalidParameters(errors);
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Runs before class-transformer and class-validator, which take about 20 µs per property and report each one. */
function refuseTooMuch(value: object, refusal: Refusal): void {
  const entries = Object.entries(value);
  const count = entries.reduce((sum, [, one]) => sum + (Array.isArray(one) ? one.length : 1), 0);
  if (count > MAX_PROPERTIES)
    throw new Problem(
      refusal([]).code,
      `The request has ${count} properties or parameters, including the elements of lists. The maximum is ${MAX_PROPERTIES}.`,
    );
}

function refuseLongParameters(value: object): void {
  const long = Object.entries(value).filter(([, one]) =>
    [one].flat().some((text) => lengthOf(String(text)) > MAX_PARAMETER_LENGTH),
  );
  const detail = `must have at most ${MAX_PARAMETER_LENGTH} characters`;
  if (long.length > 0) throw invalidParameters(long.map(([field]) => ({ field, detail })));
}

function fieldErrors({ property, constraints }: ValidationError): FieldError[] {
  return Object.entries(constraints ?? {}).map(([constraint, message]) => ({
    field: property,
    detail: constraint === 'whitelistValidation' ? UNKNOWN : message,
  }));
}

/** @param hint a sentence that says what is valid. */
export function invalidProperties(errors: readonly FieldError[], hint?: string): Problem {
  const located = shortened(errors).map(({ field, detail }) => ({
    field,
    pointer: pointer(field),
    detail,
  }));
  return new Problem('validation-failed', detailOf(errors, hint), { errors: located });
}

/** The same for a query. */
export function invalidParameters(errors: readonly FieldError[], hint?: string): Problem {
  return new Problem('invalid-parameter', detailOf(errors, hint), { errors: shortened(errors) });
}

function detailOf(errors: readonly FieldError[], hint?: string): string {
  const named = shortened(errors).map(({ field, detail }) => `${field || '""'} ${detail}`);
  const others = errors.length - named.length;
  const count = others > 0 ? `${errors.length} errors (${others} not listed): ` : '';
  return `${count}${named.join('; ')}.${hint === undefined ? '' : ` ${hint}`}`;
}

const shortened = (errors: readonly FieldError[]): FieldError[] =>
  errors
    .slice(0, MAX_ERRORS)
    .map(({ field, detail }) => ({ field: shorten(field, MAX_FIELD_LENGTH), detail }));

/** RFC 6901: `~` and `/` are escaped, then the result is percent-encoded for a URI fragment. */
const pointer = (field: string): string =>
  `#/${encodeURIComponent(field.toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1'))}`;
