// node check-package.mjs TARBALL: writes what publint and Are the types wrong? find, as JSON
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { readFileSync } from 'node:fs';
import { publint } from 'publint';

const file = readFileSync(process.argv[2]);
const bytes = new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
const { messages } = await publint({
  pack: { tarball: Uint8Array.from(bytes).buffer },
  strict: true,
});
const types = await checkPackage(createPackageFromTarballData(bytes));
process.stdout.write(
  JSON.stringify({
    publint: messages.map(({ code, path }) => `${code} ${path.join('.')}`),
    types: types.problems?.map(({ kind, entrypoint, resolutionKind }) => [
      kind,
      entrypoint,
      resolutionKind,
    ]) ?? ['no types'],
  }),
);
