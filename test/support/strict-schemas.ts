import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

export type Schemas = Readonly<Record<string, unknown>>;

/** What is wrong with a value, a line for each mistake. */
export type Mistakes = (value: unknown) => string[];

/** Compiles schemas of an API description: a property that the schema does not have is a mistake, too. */
export function strictlyBy(schemas: Schemas): (schema: object) => Mistakes {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema({ $id: 'api', components: { schemas: closed(schemas) } });
  const compiled = new WeakMap<object, ValidateFunction>();
  return (schema) => {
    const isValid = compiled.get(schema) ?? ajv.compile(inside('api', schema) as object);
    compiled.set(schema, isValid);
    return (value) => (isValid(value) ? [] : isValid.errors!.map(textOf));
  };
}

const textOf = ({ instancePath, message }: { instancePath: string; message?: string }) =>
  `${instancePath} ${message}`;

/** Every object schema with no other properties than its own. */
const closed = (schemas: Schemas): Schemas =>
  Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      'properties' in (schema as object)
        ? { ...(schema as object), additionalProperties: false }
        : schema,
    ]),
  );

/** The schema with its references pointing into a document that has an id. */
const inside = (id: string, schema: object): unknown =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/', `"${id}#/`));
