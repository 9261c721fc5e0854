/**
 * `node bench/flush.mjs <folder>`: the microseconds of CPU time of one flush: a write of two pages, as a commit of one command
 * makes to the WAL, and `fdatasync` in a thread, as Carillon calls it.
 */
import { fdatasync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const FLUSHES = 500;
const pages = Buffer.alloc(2 * 4120, 1);

const path = join(process.argv[2] ?? '.', 'flush');
const fd = openSync(path, 'w');
const flushed = promisify(fdatasync);

async function flush() {
  writeSync(fd, pages);
  await flushed(fd);
}

for (let n = 0; n < FLUSHES; n++) await flush();
const began = process.cpuUsage();
for (let n = 0; n < FLUSHES; n++) await flush();
const { user, system } = process.cpuUsage(began);
rmSync(path);
process.stdout.write(String((user + system) / FLUSHES));
