import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadTypeScript } from './typescript.js';

const require = createRequire(import.meta.url);
const CIRCUS = join(dirname(require.resolve('jest-circus/runner')), 'jestAdapterInit.js');

let loading;

/**
 * jest's `testRunner`: runs a spec with jest-circus, as jest does by default, but in the modules of the process. All
 * specs of a worker share them. In a module registry of its own, as jest has it, each spec would load 2,700 modules
 * again, which takes longer than most specs.
 */
export default async function runSpec(
  globalConfig,
  config,
  environment,
  runtime,
  testPath,
  sendMessageToJest,
) {
  await (loading ??= loadTypeScript(config));
  // Node's own format, which knows the source maps of its modules, instead of jest's.
  delete Error.prepareStackTrace;
  globalThis[Symbol.for('carillon.jest')] = environment;
  const { initialize, runAndTransformResultsToJestFormat } = newCircus();
  await initialize({
    config,
    environment,
    globalConfig,
    localRequire: require,
    parentProcess: process,
    runtime,
    sendMessageToJest,
    setGlobalsForRuntime: () => undefined,
    testPath,
  });
  await import(pathToFileURL(testPath).href);
  const setupAfterEnvPerfStats = {};
  const options = { config, globalConfig, setupAfterEnvPerfStats, testPath };
  return runAndTransformResultsToJestFormat(options);
}

/** Without the tests and event handlers of the spec before, which it would keep. */
function newCircus() {
  delete require.cache[CIRCUS];
  delete globalThis[Symbol.for('EVENT_HANDLERS')];
  return require(CIRCUS);
}
