/** As much of JSON Schema (2020-12) as the description of the API uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly additionalProperties?: boolean | Schema;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
}

const FORMATS: Readonly<Record<string, RegExp>> = {
  uuid: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i,
};

/** Whether a value is one of a schema, whose references `resolve` finds. */
export function accepts(schema: Schema, value: unknown, resolve: (ref: string) => Schema): boolean {
  const is = (one: Schema, part: unknown): boolean => accepts(one, part, resolve);
  if (schema.$ref && !is(resolve(schema.$ref), value)) return false;
  if (schema.allOf && !schema.allOf.every((one) => is(one, value))) return false;
  if (schema.anyOf && !schema.anyOf.some((one) => is(one, value))) return false;
  if (schema.oneOf && schema.oneOf.filter((one) => is(one, value)).length !== 1) return false;
  if (schema.type && ![schema.type].flat().some((type) => isOfType(type, value))) return false;
  if (schema.enum && !schema.enum.includes(value)) return false;
  if ('const' in schema && schema.const !== value) return false;
  if (typeof value === 'number') return isBetween(value, schema.minimum, schema.maximum);
  if (typeof value === 'string') return isText(schema, value);
  if (Array.isArray(value))
    return (
      isBetween(value.length, schema.minItems, schema.maxItems) &&
      value.every((item) => !schema.items || is(schema.items, item))
    );
  return typeof value !== 'object' || value === null || isObject(schema, value, is);
}

const isOfType = (type: string, value: unknown): boolean => {
  if (type === 'null') return value === null;
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object')
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
};

const isBetween = (value: number, min = -Infinity, max = Infinity): boolean =>
  value >= min && value <= max;

const isText = ({ minLength, maxLength, pattern, format = '' }: Schema, text: string): boolean =>
  isBetween([...text].length, minLength, maxLength) &&
  (pattern === undefined || new RegExp(pattern, 'u').test(text)) &&
  (FORMATS[format]?.test(text) ?? true);

function isObject(
  { properties = {}, required = [], minProperties, additionalProperties = true }: Schema,
  value: object,
  is: (schema: Schema, value: unknown) => boolean,
): boolean {
  const members = Object.entries(value);
  return (
    isBetween(members.length, minProperties) &&
    required.every((name) => name in value) &&
    members.every(([name, member]) => {
      const schema = properties[name] ?? additionalProperties;
      return typeof schema === 'boolean' ? schema : is(schema, member);
    })
  );
}
