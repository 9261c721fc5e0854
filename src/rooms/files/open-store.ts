import { resolve } from 'node:path';
import { Config } from '../../config.js';
import { DirectoryStore } from './directory-store.js';
import { FileStore } from './file-store.js';
import { S3Store } from './s3-store.js';

/** The store that `FILES_URL` names. */
export const fileStore = {
  provide: FileStore,
  inject: [Config],
  useFactory: ({ FILES_URL: url }: Config): FileStore =>
    url.startsWith('file:')
      ? new DirectoryStore(resolve(url.slice('file:'.length)))
      : new S3Store(new URL(url)),
};
