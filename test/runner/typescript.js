import { createScriptTransformer } from '@jest/transform';
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const JEST_GLOBALS = new URL('jest-globals.js', import.meta.url).href;
const OPTIONS = {
  instrument: false,
  isInternalModule: false,
  supportsDynamicImport: true,
  supportsExportNamespaceFrom: true,
  supportsStaticESM: true,
  supportsTopLevelAwait: true,
};

/** From now on, `import` loads TypeScript, compiled and kept on disk as `transform` of the configuration says. */
export async function loadTypeScript(config) {
  process.setSourceMapsEnabled(true);
  const transformer = await createScriptTransformer(config);
  const own = config.testEnvironmentOptions.customExportConditions;
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier === '@jest/globals') return { url: JEST_GLOBALS, shortCircuit: true };
      const conditions = [...context.conditions, ...own];
      return next(sourceOf(specifier, context.parentURL) ?? specifier, { ...context, conditions });
    },
    load(url, context, next) {
      if (!/\.tsx?(\?|$)/.test(url)) return next(url, context);
      const { code } = transformer.transform(fileURLToPath(url), OPTIONS);
      return { format: 'module', source: code, shortCircuit: true };
    },
  });
}

/** The TypeScript file from which a relative `.js` is built. */
function sourceOf(specifier, parent) {
  if (!parent || !/^\.{1,2}\/.*\.js$/.test(specifier)) return undefined;
  const base = new URL(specifier, parent).href.slice(0, -'.js'.length);
  return [`${base}.ts`, `${base}.tsx`].find((url) => existsSync(new URL(url)));
}
