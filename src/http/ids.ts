import { Param } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import type { Request } from 'express';
import { EXAMPLE_ID, UUID } from './described-properties.js';
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
 * @throws Problem `not-found`: it is not a UUID, so nothing has this id.
 */
export const IdParam =
  (of: string, name = 'id'): ParameterDecorator =>
  (target, key, index) => {
    Param(name, { transform: readId })(target, key, index);
    const method = Object.getOwnPropertyDescriptor(target, key!)!;
    const description = `The id of the ${of}.`;
    ApiParam({ name, description, schema: { type: 'string', ...UUID } })(target, key!, method);
  };

/** Of any version: other programs choose the ids of the users they create. */
const UUID_TEXT = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What a request is answered with whose path has anything else in the place of an id. */
export const NOT_AN_ID = `Nothing has this id: ids are UUIDs, such as ${EXAMPLE_ID}.`;

/** @throws Problem `not-found`: it is not a UUID. */
export function readId(id: string): string {
  if (!UUID_TEXT.test(id)) throw new Problem('not-found', NOT_AN_ID);
  return canonicalId(id);
}

/** The path of a request that a route has taken: what it has in upper case can only be an id. */
export const canonicalPath = ({ baseUrl, path }: Request): string =>
  canonicalId(`${baseUrl}${path}`);
