import type { Feature } from '@carillon/nestjs';

/** The types of the events that some features declare and the log stores. */
export const recordedTypes = (features: readonly Feature[]): string[] =>
  features
    .flatMap(({ topics = {} }) => Object.values(topics).flatMap(({ events = [] }) => events))
    .filter(({ isTransient }) => !isTransient)
    .map(({ type }) => type);
