/** An error that the operator must fix before Carillon can start. It is reported in one line, with exit code 1. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}

/** The URL of a database for messages, without anything that may be part of a password, in any spelling. */
export const withoutPassword = (url: string): string =>
  url.replace(/(\/\/[^:@/?#]*:|:(?!\/\/)).*@/s, '$1***@').replace(/(password=).*/is, '$1***');
