/** Something that the operator has to put right before Carillon can start: told in one line, exit code 1. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}
