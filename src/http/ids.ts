import { Param } from '@nestjs/common';
import { Problem } from './problems.js';

/**
 * An id in the path. UUIDs are read in either case, and written in lower case (RFC 9562, section 4).
 *
 * @throws Problem `not-found`: it has a NUL, which is in no id, and which PostgreSQL does not take in a text.
 */
export const IdParam = (name = 'id'): ParameterDecorator => Param(name, { transform: readId });

export function readId(id: string): string {
  if (id.includes('\0')) throw new Problem('not-found', 'There is nothing with an id like that.');
  return id.toLowerCase();
}
