import { HUB_PATH } from '@carillon/nestjs/internal';
import type { Config } from './config.js';

/** The URL of the service: `PUBLIC_URL`, or localhost if it is not set. */
export const publicUrl = ({ PUBLIC_URL, PORT }: Config): string =>
  PUBLIC_URL[0] ?? `http://localhost:${PORT}`;

/** Where the metadata of the Mercure hub are (RFC 9728, 3.1). */
export const METADATA_PATH = `/.well-known/oauth-protected-resource${HUB_PATH}`;
