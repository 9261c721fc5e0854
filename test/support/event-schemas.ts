import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

export interface ItemSchema {
  readonly oneOf: readonly { readonly $ref: string }[];
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly const?: string;
  readonly contentSchema?: { readonly $ref: string };
}

interface Frame {
  readonly event?: string;
  readonly data?: string;
}

type Schemas = Readonly<Record<string, unknown>>;

const nameIn = ({ $ref }: { $ref: string }): string => $ref.replace('#/components/schemas/', '');

const componentsOf = (schemas: Schemas, { oneOf }: ItemSchema): Schema[] =>
  oneOf.map((reference) => schemas[nameIn(reference)] as Schema);

/** The names of the events that an `itemSchema` has, in its order. */
export const eventsIn = (schemas: Schemas, itemSchema: ItemSchema): string[] =>
  componentsOf(schemas, itemSchema).flatMap(({ properties }) => properties?.['event']?.const ?? []);

/** Judges the frames of a stream by its `itemSchema`; data with a property that the schema does not have are wrong, too. */
export class FrameValidator {
  readonly #item: ValidateFunction;
  readonly #data: ReadonlyMap<string, ValidateFunction>;

  constructor(schemas: Schemas, itemSchema: ItemSchema) {
    const ajv = new Ajv2020({ strict: false, allErrors: true });
    formats.default(ajv);
    ajv.addSchema({ $id: 'api', components: { schemas: closed(schemas) } });
    const compile = (schema: object) => ajv.compile(inside('api', schema) as object);
    this.#item = compile(itemSchema);
    this.#data = new Map(
      componentsOf(schemas, itemSchema).flatMap(({ properties }) => {
        const { event, data } = properties ?? {};
        return event && data ? [[event.const!, compile(data.contentSchema!)] as const] : [];
      }),
    );
  }

  /** What is wrong with the frames of a stream, as it came over the wire. */
  mistakesIn(body: string): string[] {
    return body
      .split('\n\n')
      .filter((frame) => frame.trim() !== '')
      .flatMap((frame) =>
        this.#mistakesIn(fieldsOf(frame)).map((mistake) => `${frame}: ${mistake}`),
      );
  }

  #mistakesIn(frame: Frame): string[] {
    const { event, data } = frame;
    if (!this.#item(frame)) return this.#item.errors!.map(textOf);
    if (event === undefined) return [];
    const isValid = this.#data.get(event)!;
    return isValid(JSON.parse(data!)) ? [] : isValid.errors!.map(textOf);
  }
}

const textOf = ({ instancePath, message }: { instancePath: string; message?: string }) =>
  `${instancePath} ${message}`;

const fieldsOf = (frame: string): Frame =>
  Object.fromEntries(
    frame
      .trim()
      .split('\n')
      .map((line) => /^(\w+): (.*)$/.exec(line)!.slice(1) as [string, string])
      .map(([name, value]) => [name, name === 'retry' ? Number(value) : value]),
  );

/** Every object schema with no other properties than its own. */
const closed = (schemas: Schemas): Schemas =>
  Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      'properties' in (schema as Schema)
        ? { ...(schema as object), additionalProperties: false }
        : schema,
    ]),
  );

/** The schema with its references pointing into a document that has an id. */
const inside = (id: string, schema: object): unknown =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/', `"${id}#/`));
