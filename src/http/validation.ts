import {
  type ArgumentMetadata,
  Injectable,
  ValidationPipe,
  type ValidationError,
} from '@nestjs/common';
import { type FieldError, Problem } from './problems.js';

const UNKNOWN = 'is not known here';

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
      whitelist: true,
      forbidNonWhitelisted: true,
      stopAtFirstError: true,
      exceptionFactory: (errors) => new Invalid(errors.flatMap((error) => fieldErrors(error))),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const isBody = metadata.type === 'body';
    const refusal = isBody ? invalidBody : invalidParameter;
    if (isBody && !isObject(value))
      throw new Problem('validation-failed', 'The body must be a JSON object.');
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

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function fieldErrors({ property, constraints }: ValidationError): FieldError[] {
  return Object.entries(constraints ?? {}).map(([constraint, message]) => ({
    field: property,
    detail: constraint === 'whitelistValidation' ? UNKNOWN : message,
  }));
}

function invalidBody(errors: readonly FieldError[]): Problem {
  const located = errors.map(({ field, detail }) => ({ field, pointer: pointer(field), detail }));
  return new Problem('validation-failed', sentence(errors), { errors: located });
}

function invalidParameter(errors: readonly FieldError[]): Problem {
  return new Problem('invalid-parameter', sentence(errors), { errors });
}

const sentence = (errors: readonly FieldError[]): string =>
  `${errors.map(({ field, detail }) => `${field} ${detail}`).join('; ')}.`;

/** RFC 6901: `~` and `/` are escaped, then the whole is percent-encoded for a URI fragment. */
const pointer = (field: string): string =>
  `#/${encodeURIComponent(field.toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1'))}`;
