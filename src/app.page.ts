import type { ServeStaticModuleOptions } from '@nestjs/serve-static';
import type { ServerResponse } from 'node:http';
import { join, sep } from 'node:path';

/** The page, as `npm run build` made it. Its assets carry a digest in their names, so they never change. */
export const page: ServeStaticModuleOptions = {
  rootPath: join(import.meta.dirname, '..', 'dist', 'client'),
  renderPath: '/',
  serveStaticOptions: {
    setHeaders: (response: ServerResponse, path: string) => {
      const isAsset = path.includes(`${sep}assets${sep}`);
      response.setHeader(
        'Cache-Control',
        isAsset ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    },
  },
};
