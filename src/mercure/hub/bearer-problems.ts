import { Injectable } from '@nestjs/common';
import { Config } from '../../config.js';
import { Problem, type ProblemCode } from '../../http/problems.js';
import { METADATA_PATH, publicUrl } from '../../public-url.js';

/** The errors of the protocol that a challenge carries (RFC 6750, 3; RFC 9728, 5.1). */
@Injectable()
export class BearerProblems {
  readonly #metadata: string;

  constructor(config: Config) {
    this.#metadata = `resource_metadata="${publicUrl(config)}${METADATA_PATH}"`;
  }

  /** The request has no token and needs one. */
  missing(): Problem {
    return this.#problem('unauthenticated', 'Send an access token as Authorization: Bearer.');
  }

  /** The token is presented in a wrong way. */
  malformed(detail: string): Problem {
    return this.#problem('malformed-request', detail, 'invalid_request');
  }

  /** The token is not accepted. The response does not say why (section "Error Responses"). */
  invalid(cause: unknown): Problem {
    return this.#problem(
      'unauthenticated',
      'The access token is not valid.',
      'invalid_token',
      cause,
    );
  }

  /** The token does not allow this. */
  insufficient(detail: string): Problem {
    return this.#problem('forbidden', detail, 'insufficient_scope');
  }

  #problem(code: ProblemCode, detail: string, error?: string, cause?: unknown): Problem {
    const attributes = [...(error === undefined ? [] : [`error="${error}"`]), this.#metadata];
    const headers = { 'WWW-Authenticate': `Bearer ${attributes.join(', ')}` };
    return new Problem(code, detail, { headers, cause });
  }
}
