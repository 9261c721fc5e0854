import { Param } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import type { Request } from 'express';
import { EXAMPLE_ID, UUID } from './described-properties.js';
import { Problem } from './problems.js';

/**
 * Converts an id to the form in the database. UUIDs are accepted in either case, and are written in lower case (RFC
 * 9562, section 4). This applies to ids everywhere: in paths, queries, bodies, and topics of features. All other texts
 * except usernames are case-sensitive: paths, names of topics and parameters, cursors, tokens and keys.
 */
export const canonicalId = (id: string): string => id.toLowerCase();

/**
 * An id in the path.
 *
 * @param of the kind of resource, for the API description.
 * @throws Problem `not-found`: it is not a UUID, so no resource has this id.
 */
export const IdParam =
  (of: string, name = 'id'): ParameterDecorator =>
  (target, key, index) => {
    Param(name, { transform: readId })(target, key, index);
    const method = Object.getOwnPropertyDescriptor(target, key!)!;
    const description = `The id of the ${of}.`;
    ApiParam({ name, description, schema: { type: 'string', ...UUID } })(target, key!, method);
  };

/** Any version is valid: other programs choose the ids of users that they create. */
const UUID_TEXT = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The detail of the response if the path contains something else in place of an id. */
export const NOT_AN_ID = `The id in the path is not a UUID. Ids look like ${EXAMPLE_ID}.`;

/** @throws Problem `not-found`: it is not a UUID. */
export function readId(id: string): string {
  if (!UUID_TEXT.test(id)) throw new Problem('not-found', NOT_AN_ID);
  return canonicalId(id);
}

/** The canonical path of a request that matched a route: only ids can be in upper case. */
export const canonicalPath = ({ baseUrl, path }: Request): string =>
  canonicalId(`${baseUrl}${path}`);
