import { Problem } from '../http/problems.js';

/** @throws Problem `not-found` */
export function messageNotFound(id: string): never {
  throw new Problem(
    'not-found',
    `There is no message with the id ${id.toWellFormed()} in this room.`,
  );
}
