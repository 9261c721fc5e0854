import { defaultClientConditions, type UserConfig } from 'vite';

/** How imports of the page are resolved. */
export const resolve: NonNullable<UserConfig['resolve']> = {
  // @carillon/client as it is written, and not as it was last built.
  conditions: ['@carillon/source', ...defaultClientConditions],
  // Preact has the API of React and a tenth of its size.
  alias: { react: 'preact/compat', 'react-dom': 'preact/compat' },
};
