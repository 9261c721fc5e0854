import { type Described, parametersOf } from './described-operations.js';
import { EXAMPLE_CURSOR, EXAMPLE_ID } from './described-properties.js';

/** Link relations of a list (RFC 8288), by the query parameter of the linked page. */
const RELATIONS = { before: 'prev', after: 'next' };

/** Gives the `Link` header of a list an example with its own path and parameters. */
export function describeLinks({ path, operation }: Described): void {
  const answer = operation.responses['200'];
  const link = answer && 'headers' in answer && answer.headers?.['Link'];
  if (!link) return;
  const places = parametersOf(operation).filter(({ name }) => name in RELATIONS);
  answer.headers!['Link'] = {
    ...link,
    example: places
      .map(({ name, schema }) => {
        const relation =
          places.length > 1 ? RELATIONS[name as keyof typeof RELATIONS] : RELATIONS.after;
        const value =
          schema && 'type' in schema && schema.type === 'integer' ? 100 : EXAMPLE_CURSOR;
        return `<${path.replaceAll(/\{\w+\}/g, EXAMPLE_ID)}?limit=50&${name}=${value}>; rel="${relation}"`;
      })
      .join(', '),
  };
}
