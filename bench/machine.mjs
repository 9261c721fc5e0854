import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { centrifugoVersion } from './centrifugo.mjs';

export const ROOT = join(import.meta.dirname, '..');
export const NCHAN = '/usr/lib/nginx/modules/ngx_nchan_module.so';

const TMPFS = 0x01021994;

/** Whether the servers can have one core, and the load another. */
export const canPin = cpus().length >= 2 && succeeds('taskset', '-c', '1', 'true');
export const hasNchan = existsSync(NCHAN) && succeeds('nginx', '-v');
export const hasBetterSse = versionOf('better-sse') !== undefined;

/**
 * Where on this machine, with what, and how.
 *
 * @param {string} folder where the database lies
 */
export function describeMachine(folder) {
  const packages = ['@nestjs/core', 'better-sqlite3', 'better-sse'];
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    openFiles: openFileLimit(),
    pinned: canPin,
    databaseInMemory: statfsSync(folder).type === TMPFS,
    versions: {
      node: process.versions.node,
      ...Object.fromEntries(packages.map((name) => [name, versionOf(name) ?? 'not installed'])),
      nginx: hasNchan ? nginxVersion() : 'with nchan not installed',
      centrifugo: centrifugoVersion() ?? 'not installed',
    },
  };
}

/** Files, and so connections, that one process may have open. */
export function openFileLimit() {
  return Number(execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' })) || 1024;
}

/** @param {string} name */
function versionOf(name) {
  try {
    let folder = dirname(createRequire(import.meta.url).resolve(name));
    for (;;) {
      const manifest = join(folder, 'package.json');
      if (existsSync(manifest)) {
        const { name: found, version } = JSON.parse(readFileSync(manifest, 'utf8'));
        if (found === name) return String(version);
      }
      if (folder === dirname(folder)) return undefined;
      folder = dirname(folder);
    }
  } catch {
    return undefined;
  }
}

function nginxVersion() {
  const text = execFileSync('sh', ['-c', 'nginx -v 2>&1'], { encoding: 'utf8' });
  return /nginx\/([\d.]+)/.exec(text)?.[1] ?? 'unknown';
}

/** @param {[string, ...string[]]} command */
function succeeds(...[file, ...args]) {
  try {
    execFileSync(file, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
