import { readFileSync } from 'node:fs';

/** The processes that a process has started. */
export const childrenOf = ({ pid }: { readonly pid: number }): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

/**
 * The processes of a cluster that already run their program. One that was only forked runs the code of its parent until
 * `execve`, and the parent waits for that: stopping it there stops the parent, too.
 */
export const workersOf = (supervisor: { readonly pid: number }): number[] =>
  childrenOf(supervisor).filter(isWorker);

/** `node:cluster` gives each of them an environment with that variable. */
const isWorker = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').includes('NODE_UNIQUE_ID=');
  } catch {
    return false;
  }
};

/** A zombie counts as dead. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

/** Kills a process, which may end by itself at any time. */
export function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
