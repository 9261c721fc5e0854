import type { FileRow } from './files.repository.js';

/** The key of the preview of a file. */
export const previewKey = (key: string): string => `${key}.preview`;

/** All keys under which a file may have content. */
export const keysOf = ({ key, preview_size }: FileRow): string[] =>
  preview_size === null ? [key] : [key, previewKey(key)];
