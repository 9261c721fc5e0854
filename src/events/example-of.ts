/** The part of a JSON schema that is needed to build an example. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly minimum?: number;
  readonly format?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
}

/** The schemas of a description, by name. */
export type Schemas = Readonly<Record<string, Schema>>;

/** An example that matches a schema, built from the examples of its parts. */
export function exampleOf(schema: Schema, schemas: Schemas): unknown {
  if (schema.$ref) return exampleOf(schemas[schema.$ref.split('/').at(-1)!]!, schemas);
  const { example, examples = [example], const: only, enum: [first] = [only], anyOf } = schema;
  if (examples[0] !== undefined) return examples[0];
  if (first !== undefined) return first;
  if (anyOf) return exampleOf(anyOf[0]!, schemas);
  switch ([schema.type].flat()[0]) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, property]) => [
          name,
          exampleOf(property, schemas),
        ]),
      );
    case 'array':
      return [exampleOf(schema.items!, schemas)];
    case 'integer':
      return schema.minimum ?? 0;
    case 'boolean':
      return true;
    default:
      return '…';
  }
}
