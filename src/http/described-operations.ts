import type { OpenAPIObject } from '@nestjs/swagger';

type Paths = OpenAPIObject['paths'];
export type Operation = NonNullable<Paths[string]['get']>;
export type Answer = Extract<Operation['responses'][string], { description: string }>;
export type Parameter = Extract<NonNullable<Operation['parameters']>[number], { name: string }>;
export type Security = NonNullable<Operation['security']>;

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** One operation with its path and method. */
export interface Described {
  readonly path: string;
  readonly method: (typeof METHODS)[number];
  readonly operation: Operation;
}

export const operationsOf = ({ paths }: OpenAPIObject): Described[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation ? [{ path, method, operation }] : [];
    }),
  );

export const parametersOf = ({ parameters = [] }: Operation): Parameter[] =>
  parameters as Parameter[];

/** The responses whose status matches, by status. */
export const answersOf = ({ responses }: Operation, statuses: RegExp): [string, Answer][] =>
  Object.entries(responses as Record<string, Answer>).filter(([status]) => statuses.test(status));

/** Whether an operation has a parameter of this name. */
export const takes = (operation: Operation, header: string): boolean =>
  parametersOf(operation).some(({ name }) => name === header);
