import type { OpenAPIObject } from '@nestjs/swagger';
import { answersOf, operationsOf } from './http/described-operations.js';

/**
 * The same description as OpenAPI 3.1, for the many generators that do not read 3.2 yet. Of what 3.2 has added, the
 * description uses `itemSchema` alone, the schema of each event of a stream: here the stream is a string, whose content is
 * all of its events (JSON Schema 2020-12, Validation, 8.5).
 */
export function asOpenApi31(document: OpenAPIObject): OpenAPIObject {
  const converted = structuredClone(document);
  converted.openapi = '3.1.1';
  const answers = operationsOf(converted).flatMap(({ operation }) => answersOf(operation, /./));
  for (const [, { content = {} }] of answers)
    for (const [type, media] of Object.entries(content)) content[type] = withoutItems(type, media);
  return converted;
}

type Media = object & { readonly itemSchema?: object };

function withoutItems(contentMediaType: string, { itemSchema, ...media }: Media): object {
  if (!itemSchema) return media;
  const contentSchema = { type: 'array', items: itemSchema };
  return { schema: { type: 'string', contentMediaType, contentSchema }, ...media };
}
