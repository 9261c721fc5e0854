import { type Mistakes, type Schemas, strictlyBy } from './strict-schemas.js';

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

const nameIn = ({ $ref }: { $ref: string }): string => $ref.replace('#/components/schemas/', '');

const componentsOf = (schemas: Schemas, { oneOf }: ItemSchema): Schema[] =>
  oneOf.map((reference) => schemas[nameIn(reference)] as Schema);

/** The names of the events that an `itemSchema` has, in its order. */
export const eventsIn = (schemas: Schemas, itemSchema: ItemSchema): string[] =>
  componentsOf(schemas, itemSchema).flatMap(({ properties }) => properties?.['event']?.const ?? []);

/** Judges the frames of a stream by its `itemSchema`; data with a property that the schema does not have are wrong, too. */
export class FrameValidator {
  readonly #item: Mistakes;
  readonly #data: ReadonlyMap<string, Mistakes>;

  constructor(schemas: Schemas, itemSchema: ItemSchema) {
    const compile = strictlyBy(schemas);
    this.#item = compile(itemSchema);
    this.#data = new Map(
      componentsOf(schemas, itemSchema).flatMap(({ properties }) => {
        const { event, data } = properties ?? {};
        return event?.const && data ? [[event.const, compile(data.contentSchema!)] as const] : [];
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
    const mistakes = this.#item(frame);
    const { event, data } = frame;
    if (mistakes.length > 0 || event === undefined) return mistakes;
    const parsed: unknown = JSON.parse(data!);
    // That of another program may be anything.
    return this.#data.get(event)?.(parsed) ?? [];
  }
}

const fieldsOf = (frame: string): Frame =>
  Object.fromEntries(
    frame
      .trim()
      .split('\n')
      .map((line) => /^(\w+): (.*)$/.exec(line)!.slice(1) as [string, string])
      .map(([name, value]) => [name, name === 'retry' ? Number(value) : value]),
  );
