import { Problem } from '../../http/problems.js';
import { REFUSALS } from '../room/room-rules.js';

/** @throws Problem `not-found` */
export function messageNotFound(id: string): never {
  throw new Problem('not-found', REFUSALS.noMessage(id.toWellFormed()));
}
