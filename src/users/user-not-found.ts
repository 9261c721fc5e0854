import { Problem } from '../http/problems.js';

/** @throws Problem `not-found` */
export function userNotFound(id: string): never {
  throw new Problem('not-found', `There is no user with the id ${id}.`);
}
