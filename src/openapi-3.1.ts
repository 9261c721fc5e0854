import type { OpenAPIObject } from '@nestjs/swagger';
import { answersOf, operationsOf } from './http/described-operations.js';

/**
 * Converts the description to OpenAPI 3.1, for the many generators that do not support 3.2 yet. The only feature of 3.2
 * that the description uses is `itemSchema`, the schema of the events of a stream. In 3.1 a stream is a string that
 * contains all of its events (JSON Schema 2020-12, Validation, 8.5).
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
