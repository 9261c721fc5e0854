import { Problem } from '../http/problems.js';

/**
 * In the same words for an unknown username and a wrong password.
 *
 * @param subject whose password it was, for the security log.
 */
export const wrongCredentials = (subject?: string): Problem =>
  new Problem('unauthenticated', 'The username or the password is wrong.', {
    ...(subject !== undefined && { subject }),
  });
