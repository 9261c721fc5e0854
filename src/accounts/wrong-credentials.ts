import { Problem } from '../http/problems.js';

/** In the same words for an unknown username and a wrong password. */
export const wrongCredentials = (): Problem =>
  new Problem('unauthenticated', 'The username or the password is not right.');
