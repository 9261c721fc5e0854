import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** From `package.json`, which is in the folder above both `src` and `dist`. */
export const { description, version } = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8'),
) as { readonly description: string; readonly version: string };
