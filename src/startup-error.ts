/** Something that the operator has to put right before Carillon can start: told in one line, exit code 1. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}

/** The URL of a database, for people to read: nothing that may be part of a password, however it is written. */
export const withoutPassword = (url: string): string =>
  url.replace(/(\/\/[^:@/?#]*:|:(?!\/\/)).*@/s, '$1***@').replace(/(password=).*/is, '$1***');
