import { isUUID } from 'class-validator';
import { canonicalId } from './ids.js';
import { TextField } from './text-fields.js';

const UUID_LENGTH = 36;

/**
 * A property that is an id, converted to lower case.
 *
 * @param what completes the error message "must be the id of …".
 */
export const IdField = (what: string): PropertyDecorator =>
  TextField(UUID_LENGTH, {
    clean: canonicalId,
    mistake: (id) => (isUUID(id) ? undefined : `must be the id of ${what}`),
  });
