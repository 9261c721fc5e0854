import { readFileSync } from 'node:fs';

/** The kernel counts CPU time in these (`getconf CLK_TCK`, 100 on every common Linux). */
const TICKS = 100;

/**
 * CPU seconds that processes have used, all their threads, in their own code and in the kernel.
 *
 * @param {number[]} pids
 */
export function cpuOf(pids) {
  const sum = { user: 0, system: 0, total: 0 };
  for (const pid of pids) {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    sum.user += Number(fields[11]) / TICKS;
    sum.system += Number(fields[12]) / TICKS;
  }
  sum.total = sum.user + sum.system;
  return sum;
}

/**
 * KiB of memory, now and at its highest.
 *
 * @param {number[]} pids
 */
export function memoryOf(pids) {
  const sum = { now: 0, peak: 0 };
  for (const pid of pids) {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    sum.now += Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
    sum.peak += Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]);
  }
  return sum;
}

/** @param {number} pid */
export function childrenOf(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1')
    .split(' ')
    .filter(Boolean)
    .map(Number);
}
