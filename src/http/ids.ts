import { Param } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import type { Request } from 'express';
import { UUID } from './described-properties.js';
import { Problem } from './problems.js';

/**
 * An id as the database has it. UUIDs are read in either case, and written in lower case (RFC 9562, section 4). This holds
 * wherever an id is read: in paths, queries and bodies, and in the topics of features. All else that is not a username is
 * compared as it is: addresses, the names of topics and of parameters, cursors, tokens, keys.
 */
export const canonicalId = (id: string): string => id.toLowerCase();

/**
 * An id in the path.
 *
 * @param of what it is the id of, for the API description.
 * @throws Problem `not-found`: it has a NUL, which is in no id, and which PostgreSQL does not take in a text.
 */
export const IdParam =
  (of: string, name = 'id'): ParameterDecorator =>
  (target, key, index) => {
    Param(name, { transform: readId })(target, key, index);
    const method = Object.getOwnPropertyDescriptor(target, key!)!;
    const description = `The id of the ${of}.`;
    ApiParam({ name, description, schema: { type: 'string', ...UUID } })(target, key!, method);
  };

export function readId(id: string): string {
  if (id.includes('\0')) throw new Problem('not-found', 'There is nothing with an id like that.');
  return canonicalId(id);
}

/** The path of a request that a route has taken: what it has in upper case can only be an id. */
export const canonicalPath = ({ baseUrl, path }: Request): string =>
  canonicalId(`${baseUrl}${path}`);
