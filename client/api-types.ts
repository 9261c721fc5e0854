import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';

/** The types of the page, relative to this folder. */
export const API_TYPES = join(import.meta.dirname, 'src', 'api', 'schema.ts');

export interface Described {
  readonly paths: Readonly<Record<string, { readonly get?: Operation }>>;
  readonly components: { readonly schemas: object };
}

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, object>> }>
  >;
}

/** TypeScript for the bodies and the streams that an OpenAPI document describes. */
export async function typesOf({ paths, components: { schemas } }: Described): Promise<string> {
  const document = {
    openapi: '3.1.0',
    info: { title: '', version: '' },
    paths: streamsIn(paths),
    components: { schemas },
  };
  const types = await openapiTS(asReceived(document) as OpenAPI3, {
    immutable: true,
    defaultNonNullable: false,
  });
  const header = '// Made by `npm run types` from the description of the API. Do not edit.\n\n';
  const options = await resolveConfig(API_TYPES);
  return format(header + astToString(types), { ...options, parser: 'typescript' });
}

/** The page asks for paths by hand, so it needs no types of them, only of the events of each stream. */
const streamsIn = (paths: Described['paths']) =>
  Object.fromEntries(
    Object.entries(paths).flatMap(([path, { get }]) => {
      const stream = get?.responses['200']?.content?.['text/event-stream'];
      if (!get || !stream) return [];
      const content = { 'text/event-stream': stream };
      const responses = { '200': { content } };
      return [[path, { get: { operationId: get.operationId, responses } }]];
    }),
  );

/** What does not change a type, so that the types stay the same when it is worded anew. */
const WORDS = ['description', 'format', 'examples'];

/**
 * A description with events as a client has them once it has parsed their data, in place of how they are sent: the
 * generator knows neither `itemSchema` nor `contentSchema`.
 */
function asReceived(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(asReceived);
  if (typeof part !== 'object' || part === null) return part;
  const { itemSchema, contentSchema, ...others } = part as Record<string, unknown>;
  if (contentSchema) return asReceived(contentSchema);
  return Object.fromEntries(
    Object.entries(itemSchema ? { ...others, schema: itemSchema } : others)
      .filter(([name, value]) => !WORDS.includes(name) || isSchema(value))
      .map(([name, value]) => [name, asReceived(value)]),
  );
}

/** A property may have any name. */
const isSchema = (value: unknown): boolean => typeof value === 'object' && !Array.isArray(value);

/** The document of the application that was built last, with the default configuration. */
async function describeBuilt(): Promise<Described> {
  const built = (name: string): Promise<any> =>
    import(new URL(`../build/${name}.js`, import.meta.url).href);
  await import('reflect-metadata');
  const { createApplication } = await built('app.setup');
  const { readConfig } = await built('config');
  const { describeApi } = await built('app.description');
  const folder = mkdtempSync(join(tmpdir(), 'carillon-types-'));
  const app = await createApplication(
    readConfig({
      DATABASE_URL: `sqlite:${join(folder, 'carillon.db')}`,
      LOG_LEVEL: 'silent',
      SECURITY_LOG: 'off',
    }),
  );
  try {
    return describeApi(app) as Described;
  } finally {
    await app.close();
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) writeFileSync(API_TYPES, await typesOf(await describeBuilt()));
